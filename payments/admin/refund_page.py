"""The page that refunds a payment: a form, a question, and then the same call as the API's."""

from typing import cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from bookings.queries.rules import current_rules
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.ids import uuid7
from myhibachi.core.money import format_cents
from payments import mirror
from payments.admin.refund_form import RefundForm, empty_form
from payments.models import Payment, Refund
from payments.queries.disputed import WHY_NOT, is_contested
from payments.queries.ledger import refundable
from payments.queries.refund_totals import with_refund_totals
from payments.services.refunds import check_refund, is_over_limit, refund_payment

PERMISSION = "payments.refund_payment"


def is_offered(payment: Payment, request: HttpRequest) -> bool:
    """Return whether this person may refund this payment, and something is left to refund."""
    return request.user.has_perm(PERMISSION) and refundable(payment) > 0


def view(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Show the form; ask whether what was typed is meant; refund it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    known = with_refund_totals(Payment.objects.select_related("booking", "customer"))
    payment = get_object_or_404(known, pk=payment_id)
    if request.method != "POST":
        return _page(request, payment, empty_form(left=refundable(payment)))
    form = RefundForm(request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, payment, form)
    try:
        if "confirmed" in request.POST:
            return _refund(request, payment, form)
        actor = cast(User, request.user)
        now = timezone.now()
        cents = check_refund(payment, form.cents(), may_ask=True, actor=actor, now=now)
        waits = is_over_limit(cents, actor=actor, now=now)
    except DomainError as error:
        return _page(request, payment, _refused(form, error))
    return _page(request, payment, form, asks=True, waits=waits)


def _refund(request: HttpRequest, payment: Payment, form: RefundForm) -> HttpResponse:
    refund = refund_payment(
        refund_id=form.cleaned_data["refund_id"],
        payment_id=payment.pk,
        amount=form.cents(),
        reason=form.cleaned_data["reason"],
        notes=form.cleaned_data["notes"],
        may_ask=True,
        actor=cast(User, request.user),
        now=timezone.now(),
    )
    _say(request, refund)
    return redirect("admin:payments_payment_change", payment.pk)


def _say(request: HttpRequest, refund: Refund) -> None:
    amount = format_cents(refund.amount, refund.currency)
    if refund.status == Refund.Status.SUCCEEDED:
        messages.success(request, f"{amount} refunded.")
    elif refund.approval == Refund.Approval.REQUESTED:
        messages.warning(request, f"The refund of {amount} waits for approval by finance.")
    elif refund.awaiting_stripe:
        messages.warning(request, f"The refund of {amount} is noted and on its way to Stripe.")
    elif refund.payment.method != Payment.Method.STRIPE and refund.status in Refund.LIVE:
        messages.warning(request, f"{amount} is to be paid back: note it on the refund then.")
    elif refund.status in Refund.LIVE:
        messages.success(request, f"The refund of {amount} is under way at Stripe.")
    else:
        messages.error(request, f"The refund of {amount} failed: {refund.failure_reason}.")


def _refused(form: RefundForm, error: DomainError) -> RefundForm:
    """Return the form with the error at its field, and a new id: the old one may be spent."""
    again = RefundForm({name: form.data.get(name) for name in form.fields} | {"refund_id": uuid7()})
    again.is_valid()
    again.add_error(error.attr if error.attr in again.fields else None, error.detail)
    return again


def _page(
    request: HttpRequest,
    payment: Payment,
    form: RefundForm,
    *,
    asks: bool = False,
    waits: bool = False,
) -> HttpResponse:
    limit = None
    if not request.user.has_perm("payments.refund_over_limit"):
        limit = current_rules(timezone.now()).manager_refund_limit
    context = {
        **admin.site.each_context(request),
        "title": "Refund",
        "opts": Payment._meta,
        "payment": payment,
        "card": _card(payment),
        "form": form,
        "asks": asks,
        "waits": waits,
        "why_not": WHY_NOT if is_contested(payment) else "",
        "cents": form.cents() if asks else None,
        "limit": limit,
    }
    return render(request, "admin/payments/payment/refund.html", context)


def _card(payment: Payment) -> str:
    """Return what was charged, as "Visa •••• 4242"; empty where Stripe has not said."""
    charge = mirror.stored({"object": "charge", "id": payment.stripe_charge_id}) or {}
    card = (charge.get("payment_method_details") or {}).get("card")
    return f"{card['brand'].title()} •••• {card['last4']}" if card else ""
