"""The page that decides about a suspected payment: refund it now, or trust it."""

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from bookings.queries.rules import current_rules
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.ids import uuid7
from payments.admin.booking_page import refused, say_refunds
from payments.models import EarlyFraudWarning
from payments.queries.ledger import refundable
from payments.services.attention import PERMISSION
from payments.services.fraud_warnings import keep_warned, question_about, refund_warned

NAME = "payments_earlyfraudwarning_decide"

# https://docs.stripe.com/api/radar/early_fraud_warnings/object
SUSPECTED = {
    "card_never_received": "The card never reached its owner",
    "fraudulent_card_application": "The card was applied for in somebody else's name",
    "made_with_counterfeit_card": "A counterfeit card",
    "made_with_lost_card": "A lost card",
    "made_with_stolen_card": "A stolen card",
    "misc": "Fraud of another kind",
    "unauthorized_use_of_card": "The owner did not allow it",
}


class DecideForm(forms.Form):
    """Why; `refund_id` is chosen with the form, so one form makes one refund."""

    refund_id = forms.UUIDField(widget=forms.HiddenInput)
    note = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues. Where the payment is kept: why you trust it.",
    )


def fraud_in_words(fraud_type: str) -> str:
    """Return what the card's network suspects."""
    return SUSPECTED.get(fraud_type, fraud_type.replace("_", " ").capitalize())


def is_offered(warning: EarlyFraudWarning, request: HttpRequest) -> bool:
    """Return whether something waits for this person's decision."""
    question = question_about(warning)
    return bool(question and not question.closed_at and request.user.has_perm(PERMISSION))


def view(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """Show what a refund costs and saves; ask whether it is meant; do it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    known = EarlyFraudWarning.objects.select_related("payment__booking", "payment__customer")
    warning = get_object_or_404(known, pk=warning_id)
    if request.method != "POST":
        return _page(request, warning, DecideForm(initial={"refund_id": uuid7()}))
    form = DecideForm(request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, warning, form)
    if "refund" in request.POST:
        return _page(request, warning, form, asks=True)
    try:
        _decide(request, warning, form)
    except DomainError as error:
        return _page(request, warning, refused(form, error))
    return redirect("admin:payments_earlyfraudwarning_change", warning.pk)


def _decide(request: HttpRequest, warning: EarlyFraudWarning, form: DecideForm) -> None:
    actor, now, note = cast(User, request.user), timezone.now(), form.cleaned_data["note"]
    if "keep" in request.POST:
        keep_warned(warning_id=warning.pk, note=note, actor=actor, now=now)
        messages.success(request, "The payment is kept.")
        return
    refund = refund_warned(
        warning_id=warning.pk,
        refund_id=form.cleaned_data["refund_id"],
        notes=note,
        actor=actor,
        now=now,
    )
    say_refunds(request, (refund,))


def _page(
    request: HttpRequest, warning: EarlyFraudWarning, form: DecideForm, *, asks: bool = False
) -> HttpResponse:
    left, fee = refundable(warning.payment), current_rules(timezone.now()).dispute_fee
    context = {
        **admin.site.each_context(request),
        "title": "Early fraud warning",
        "opts": EarlyFraudWarning._meta,
        "warning": warning,
        "payment": warning.payment,
        "booking": warning.payment.booking,
        "suspected": fraud_in_words(warning.fraud_type),
        "form": form,
        "asks": asks,
        "left": left,
        "fee": fee,
        "at_risk": left + fee,
        "may_refund": left > 0 and request.user.has_perm("payments.refund_payment"),
        "is_open": is_offered(warning, request),
    }
    return render(request, "admin/payments/earlyfraudwarning/decide.html", context)
