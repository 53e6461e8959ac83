"""The page that charges a saved card: which card and how much, a question, and what came of it."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from bookings.models import Booking
from bookings.services.pay_link import can_be_sent
from bookings.services.payable import PAYABLE, due
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.ids import as_uuid
from myhibachi.core.money import format_cents
from payments.admin.booking_page import back_to, page, refused
from payments.admin.saved_card_form import SavedCardForm, empty_form
from payments.models import Payment
from payments.services.saved_cards import (
    PERMISSION,
    Charge,
    charge_saved_card,
    saved_cards,
    send_pay_link,
)

NAME = "bookings_booking_saved_card"


def is_offered(booking: Booking, request: HttpRequest) -> bool:
    """Return whether this person may charge saved cards, and there may be something to charge."""
    owes = booking.status in PAYABLE and booking.balance > 0
    return request.user.has_perm(PERMISSION) and owes and bool(booking.customer.stripe_customer_id)


def view(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show the cards and what is due; ask whether it is meant; charge."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
    if "send_link" in request.POST:
        return _send_link(request, booking)
    try:
        cards = saved_cards(customer_id=booking.customer_id)
        if request.method != "POST":
            return _page(request, booking, empty_form(due(booking), cards))
    except DomainError as error:
        messages.error(request, error.detail)
        return back_to(booking)
    form = SavedCardForm(request.POST, cards=cards)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, booking, form)
    if "confirmed" not in request.POST:
        return _page(request, booking, form, asks=True)
    try:
        return _charge(request, booking, form)
    except DomainError as error:
        return _page(request, booking, refused(form, error))


def _charge(request: HttpRequest, booking: Booking, form: SavedCardForm) -> HttpResponse:
    data = form.cleaned_data
    charge = Charge(
        charge_id=data["charge_id"],
        booking_id=booking.pk,
        card_id=data["card"],
        payment_type=data["payment_type"],
        amount=data["amount"],
    )
    payment = charge_saved_card(charge, actor=cast(User, request.user), now=timezone.now())
    if payment.status == Payment.Status.FAILED:
        return _page(request, booking, form, declined=payment)
    amount = format_cents(payment.amount, payment.currency)
    if payment.status == Payment.Status.SUCCEEDED:
        messages.success(request, f"{amount} charged to {form.chosen}.")
    else:
        messages.warning(request, f"The payment of {amount} is {payment.get_status_display()}.")
    return back_to(booking)


def _send_link(request: HttpRequest, booking: Booking) -> HttpResponse:
    try:
        send_pay_link(
            booking_id=booking.pk,
            charge_id=as_uuid(request.POST.get("charge_id")),
            actor=cast(User, request.user),
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"The pay link goes to {booking.contact_email} by e-mail.")
    return back_to(booking)


def _page(
    request: HttpRequest,
    booking: Booking,
    form: SavedCardForm,
    *,
    asks: bool = False,
    declined: Payment | None = None,
) -> HttpResponse:
    cents = int(form["amount"].value() or 0)
    amount = format_cents(cents, booking.currency)
    card = form.chosen if asks or declined else ""
    return page(
        request,
        booking,
        "saved_card",
        title="Charge saved card",
        form=form,
        asks=asks,
        declined=declined,
        card=card,
        cents=cents,
        purpose=form["payment_type"].value(),
        can_email=can_be_sent(booking),
        question=f"Charge {amount} to {card} for booking {booking.reference}?",
        explained=(
            "The customer is not asked again, and the money is taken at once.",
            "A payment page or an invoice that is still open for this booking is closed first.",
        ),
        yes=f"Charge {amount}",
    )
