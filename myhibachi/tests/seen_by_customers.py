"""Every page that a customer sees, in each of its states."""

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from bookings.links import token
from bookings.models import Booking, Quote
from bookings.pricing import Item
from bookings.services.quotes import decline_quote, revise_quote, send_quote
from bookings.slots import local_date
from bookings.tests.factories import BookingFactory
from bookings.tests.quote_world import BIRTHDAY, SIX, sent_quote
from customers.tests.factories import UserFactory
from payments.tests.factories import InvoiceFactory, PaymentFactory, paid_payment

LONG = "https://example.com/" + "hibachi" * 20


def after_checkout() -> list[str]:
    """Return where Checkout leads back to: paid, not yet, too late, not at all."""
    paid_payment(stripe_checkout_session_id="cs_paid")
    paid_payment(stripe_checkout_session_id="cs_all", amount=55000, payment_type="full")
    late = paid_payment(stripe_checkout_session_id="cs_late")
    Booking.objects.filter(pk=late.booking_id).update(status="expired", seat=None, late_money=True)
    for status in ("pending", "failed", "canceled"):
        PaymentFactory(stripe_checkout_session_id=f"cs_{status}", status=status)
    sessions = ("paid", "all", "late", "pending", "failed", "canceled")
    address = reverse("pay-success")
    pages = [f"{address}?session_id=cs_{session}" for session in sessions]
    return [*pages, f"{address}?session_id=cs_pending&try=99"]


def bookings() -> list[str]:
    """Return the page of a booking that is held, paid in part, invoiced, paid, over, or refused."""
    held, part, whole = BookingFactory(), paid_payment().booking, BookingFactory(location=LONG)
    paid_payment(booking=whole, amount=55000, payment_type="full")
    invoiced = paid_payment().booking
    InvoiceFactory(booking=invoiced, customer=invoiced.customer)
    ends = ("expired", "canceled", "completed", "no_show")
    over = [BookingFactory(status=status) for status in ends]
    every: list[Booking] = [held, part, whole, invoiced, *over]
    pages = [reverse("pay-booking", args=[token(each)]) for each in every]
    return [*pages, f"{pages[0]}?problem=refused"]


def quotes() -> list[str]:
    """Return the page of a quote that waits, is refused, revised, lapsed, or has lost its slot."""
    now, staff = timezone.now(), UserFactory(role="support")
    days = iter(range(30, 60))

    def quote(**changes: object) -> Quote:
        return sent_quote(now=now, date=local_date(now) + timedelta(days=next(days)), **changes)

    waits = quote(
        guests=12,
        children=2,
        add_ons=(Item(code="lobster", quantity=2),),
        extra_lines=(BIRTHDAY,),
        message=f"See you soon\n{LONG}",
    )
    refused, revised, lapsed, lost = quote(), quote(), quote(), quote()
    decline_quote(quote_id=refused.pk, reason="Too far off", actor=None, now=now)
    newer = revise_quote(quote_id=revised.pk, actor=staff, now=now)
    send_quote(quote_id=newer.pk, expires_at=None, actor=staff, now=now)
    Quote.objects.filter(pk=lapsed.pk).update(expires_at=now - timedelta(minutes=1))
    BookingFactory.create_batch(2, date=lost.date, time=SIX)
    pages = [reverse("quote", args=[token(q)]) for q in (waits, refused, revised, lapsed, lost)]
    return [*pages, f"{pages[0]}?answer=decline"]


# By the name of the address.
PAGES: dict[str, Callable[[], list[str]]] = {
    "pay-booking": bookings,
    "pay-canceled": lambda: [reverse("pay-canceled")],
    "pay-portal": lambda: [reverse("pay-portal")],
    "pay-success": after_checkout,
    "quote": quotes,
}
