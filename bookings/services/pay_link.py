"""E-mailing a customer the page of their booking, where they pay. Staff ask for it."""

import datetime as dt
from uuid import UUID

from django.db import transaction

from bookings.errors import NotPayable
from bookings.models import Booking, Email, Status
from bookings.services.emails import queue_email
from bookings.services.emails.queue import email_key
from bookings.services.payable import PAYABLE, lock_booking
from customers.models import User
from myhibachi.core import audit


def can_be_sent(booking: Booking) -> bool:
    """Return whether there is something to pay, and an address to write to."""
    return booking.status in PAYABLE and booking.balance > 0 and bool(booking.contact_email)


def send_pay_link(*, booking_id: UUID, send_id: UUID, actor: User | None, now: dt.datetime) -> None:
    """E-mail the customer the link to the page to pay on: for a held slot, with its deposit.

    Args:
        send_id: chosen by the caller before the first try; the same again sends once.

    Raises:
        NotFound: there is no such booking.
        NotPayable: nothing is to be paid, or there is no address.
    """
    with transaction.atomic():
        booking = lock_booking(booking_id)
        if not can_be_sent(booking):
            raise NotPayable("There is nothing to pay any more, or no address to write to.")
        is_held = booking.status == Status.PENDING
        kind = Email.Kind.BOOKING_RECEIVED if is_held else Email.Kind.BALANCE_DUE
        if Email.objects.filter(key=email_key(kind, booking, str(send_id))).exists():
            return
        queue_email(kind, booking=booking, news=str(send_id), now=now)
        audit.record("booking.pay_link_sent", booking, actor=actor)
