"""The page that sends a customer an invoice for what a booking owes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format

from bookings.models import Booking
from bookings.queries.rules import current_rules
from bookings.services.payable import PAYABLE
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents
from payments.admin.booking_page import back_to, page, refused
from payments.models import Invoice
from payments.queries.open_cards import open_cards
from payments.services.invoices import MAKES, create_balance_invoice, preview_invoice

NAME = "bookings_booking_send_invoice"


class SendInvoiceForm(forms.Form):
    """How long the customer has to pay, and the sum, in cents, that was shown."""

    expected = forms.IntegerField(widget=forms.HiddenInput)
    days_until_due = forms.IntegerField(
        label="Due in days",
        min_value=1,
        max_value=365,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def is_offered(booking: Booking, request: HttpRequest) -> bool:
    """Return whether this person may send an invoice, and something is owed."""
    is_owed = booking.status in PAYABLE and booking.balance > 0
    return is_owed and request.user.has_perm(MAKES)


def view(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show what would be asked for; ask whether that is meant; send it."""
    if not request.user.has_perm(MAKES):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related("customer"), pk=booking_id)
    try:
        owed = preview_invoice(booking)
    except DomainError as error:
        messages.error(request, error.detail)
        return back_to(booking)
    if request.method != "POST":
        return _page(request, booking, _empty_form(owed), owed)
    form = SendInvoiceForm(request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, booking, form, owed)
    if form.cleaned_data["expected"] != owed:
        messages.warning(request, "Another amount is owed by now. Please look again.")
        return _page(request, booking, _empty_form(owed), owed)
    if "confirmed" not in request.POST:
        return _page(request, booking, form, owed, asks=True)
    try:
        return _send(request, booking, form)
    except DomainError as error:
        return _page(request, booking, refused(form, error), owed)


def _empty_form(owed: int) -> SendInvoiceForm:
    days = current_rules(timezone.now()).invoice_due_days
    return SendInvoiceForm(initial={"expected": owed, "days_until_due": days})


def _send(request: HttpRequest, booking: Booking, form: SendInvoiceForm) -> HttpResponse:
    invoice = create_balance_invoice(
        booking_id=booking.pk,
        days_until_due=form.cleaned_data["days_until_due"],
        actor=cast(User, request.user),
        now=timezone.now(),
    )
    amount = format_cents(invoice.amount, invoice.currency)
    to = booking.customer.email
    messages.success(request, f"Invoice {invoice.number} of {amount} is sent to {to}.")
    return back_to(booking)


def _page(
    request: HttpRequest,
    booking: Booking,
    form: SendInvoiceForm,
    owed: int,
    *,
    asks: bool = False,
) -> HttpResponse:
    amount = format_cents(owed, booking.currency)
    known = Invoice.objects.payable().filter(booking=booking)
    return page(
        request,
        booking,
        "send_invoice",
        title="Send invoice",
        form=form,
        owed=owed,
        known=known.order_by("-created_at").first(),
        asks=asks,
        question=f"Send an invoice of {amount} to {booking.customer.email}?",
        explained=list(_explained(booking, form)) if asks else (),
        yes=f"Send invoice of {amount}",
    )


def _explained(booking: Booking, form: SendInvoiceForm) -> Iterator[str]:
    until = timezone.localtime() + timedelta(days=form.cleaned_data["days_until_due"])
    yield f"It is due on {date_format(until, 'l, F j, Y')}. Stripe sends it by e-mail."
    if open_cards().filter(booking=booking).exists():
        yield "The payment page that the customer has opened is closed."
