"""The one order in which rows are locked: booking, then payment; booking, then person."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from bookings.models import Booking, Quote, WaitlistEntry
from bookings.services.payable import lock_booking
from customers.models import Customer
from payments.models import Invoice, Payment


def lock_payment(payment_id: UUID) -> Payment:
    """Return the payment, locked together with its booking until the transaction ends."""
    booking_id = Payment.objects.values_list("booking_id", flat=True).get(pk=payment_id)
    lock_booking(booking_id)
    return Payment.objects.select_for_update().get(pk=payment_id)


def lock_invoice(invoice_id: UUID) -> Invoice:
    """Return the invoice, locked together with its booking until the transaction ends."""
    lock_booking(Invoice.objects.values_list("booking_id", flat=True).get(pk=invoice_id))
    return Invoice.objects.select_for_update().get(pk=invoice_id)


def lock_people(customer_ids: Collection[UUID]) -> None:
    """Lock what several customers have until the transaction ends, and then the customers.

    Their bookings come first, as for everyone; then quotes, places in line, and the customers with
    whoever was merged into them. Each by id, so that two who lock the same never wait in a ring.
    """
    theirs: tuple[QuerySet[Any], ...] = (
        Booking.objects.filter(customer__in=customer_ids),
        Quote.objects.filter(customer__in=customer_ids),
        WaitlistEntry.objects.filter(customer__in=customer_ids),
        Customer.objects.filter(Q(pk__in=customer_ids) | Q(merged_into__in=customer_ids)),
    )
    for rows in theirs:
        list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk"))
