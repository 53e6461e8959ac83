"""The page where staff say that they have paid a refund back themselves."""

from typing import cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents
from payments.admin.booking_page import refused
from payments.admin.paid_back_form import PaidBackForm, empty_form
from payments.models import Refund
from payments.services.paid_back import PERMISSION, give_up_refund, is_waiting, mark_paid_back

NAME = "payments_refund_paid_back"


def is_offered(refund: Refund, request: HttpRequest) -> bool:
    """Return whether this person may say what became of this refund."""
    return request.user.has_perm(PERMISSION) and is_waiting(refund)


def view(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Show the form; ask whether what was typed is meant; note it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    known = Refund.objects.select_related("payment__booking", "payment__customer")
    refund = get_object_or_404(known, pk=refund_id)
    if request.method != "POST":
        return _page(request, refund, empty_form(refund))
    form = PaidBackForm(request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, refund, form)
    if "confirmed" not in request.POST:
        return _page(request, refund, form, asks=True)
    try:
        _note(request, refund, form)
    except DomainError as error:
        return _page(request, refund, refused(form, error))
    return redirect("admin:payments_refund_change", refund.pk)


def _note(request: HttpRequest, refund: Refund, form: PaidBackForm) -> None:
    actor, now, data = cast(User, request.user), timezone.now(), form.cleaned_data
    amount = format_cents(refund.amount, refund.currency)
    if data["outcome"] == "given_up":
        give_up_refund(refund_id=refund.pk, reason=data["reason"], actor=actor, now=now)
        messages.success(request, f"Noted: the {amount} won't be paid back.")
        return
    mark_paid_back(
        refund_id=refund.pk,
        how=data["how"],
        reference=data["reference"],
        paid_back_at=data["paid_back_at"],
        actor=actor,
        now=now,
    )
    messages.success(request, f"{amount} is booked as paid back.")


def _page(
    request: HttpRequest, refund: Refund, form: PaidBackForm, *, asks: bool = False
) -> HttpResponse:
    amount = format_cents(refund.amount, refund.currency)
    gives_up = asks and form.cleaned_data["outcome"] == "given_up"
    context = {
        **admin.site.each_context(request),
        "title": "Paid back",
        "opts": Refund._meta,
        "refund": refund,
        "payment": refund.payment,
        "form": form,
        "asks": asks,
        "is_waiting": is_waiting(refund),
        "amount": amount,
        "question": f"Won't the {amount} be paid back?" if gives_up else f"Was {amount} paid back?",
        "said": _said(form) if asks else "",
        "yes": "It won't be paid back" if gives_up else f"{amount} was paid back",
    }
    return render(request, "admin/payments/refund/paid_back.html", context)


def _said(form: PaidBackForm) -> str:
    data = form.cleaned_data
    if data["outcome"] == "given_up":
        return f"The money stays in the books. Reason: “{data['reason']}”"
    how = dict(Refund.BY_HAND)[data["how"]]
    when = timezone.localtime(data["paid_back_at"])
    number = f", {data['reference']}" if data["reference"] else ""
    return f"By {how} on {when:%B} {when.day}, {when.year}{number}. It counts as refunded from now."
