"""A row in each list of the admin, about one party of one person."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Email, Quote
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from customers.tests.factories import ContactFactory, UserFactory
from myhibachi.core.ids import new_reference, uuid7
from payments.models import MoneyIn, MoneyInBatch, Payment, Payout
from payments.tests.admin.events import inbox_event
from payments.tests.factories import DisputeFactory, InvoiceFactory, paid_payment, refunded

Row = Any
LISTS = (
    "customers_customer", "bookings_booking", "bookings_quote", "bookings_waitlistentry",
    "bookings_email", "payments_payment", "payments_refund", "payments_dispute",
    "payments_invoice", "payments_ledgerentry", "payments_moneyin", "payments_payout",
    "payments_webhookevent",
)  # fmt: skip


def address(table: str) -> str:
    """Return where a list is."""
    return reverse(f"admin:{table}_changelist")


def rows(browser: Any, table: str, **query: str) -> list[Row]:
    """Return what a list shows."""
    answer = browser.get(address(table), query)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def make_one(number: int = 0) -> dict[str, Row]:
    """Return a row of each list, by its table; all are about one party of somebody's."""
    customer = ContactFactory(phone=f"+1 (555) 010-{number:04}")
    booking = BookingFactory(customer=customer, status="confirmed", contact_phone=customer.phone)
    payment = paid_payment(booking=booking)
    return {
        "customers_customer": customer,
        "bookings_booking": booking,
        "bookings_quote": quote_for(booking),
        "bookings_waitlistentry": WaitlistEntryFactory(
            customer=customer, contact_name=customer.name, contact_email=customer.email,
            contact_phone=customer.phone,
        ),
        "bookings_email": email_about(booking),
        "payments_payment": payment,
        "payments_refund": refunded(payment, amount=1000),
        "payments_dispute": DisputeFactory(payment=payment),
        "payments_invoice": InvoiceFactory(booking=booking),
        "payments_ledgerentry": payment.ledger_entries.get(kind="charge"),
        "payments_moneyin": money_in(payment),
        "payments_payout": payout(),
        "payments_webhookevent": inbox_event(),
    }  # fmt: skip


def quote_for(booking: Booking) -> Quote:
    """Return a draft for the same party."""
    same = (
        "customer", "guests", "adults", "date", "time", "location", "lines", "total",
        "deposit_due", "rules_snapshot", "contact_name", "contact_email", "contact_phone",
    )  # fmt: skip
    values = {name: getattr(booking, name) for name in same}
    made: Quote = Quote.objects.create(reference=new_reference("Q"), **values)
    return made


def email_about(booking: Booking) -> Email:
    """Return one that was queued."""
    made: Email = Email.objects.create(
        kind=Email.Kind.BOOKING_RECEIVED, key=str(uuid7()), booking=booking,
        to=booking.contact_email, subject="Your party", text="Hello", html="<p>Hello</p>",
    )  # fmt: skip
    return made


def money_in(payment: Payment) -> MoneyIn:
    """Return a line of a statement that nobody has matched."""
    batch = MoneyInBatch.objects.create(imported_by=UserFactory(role="support"), source="a.csv")
    made: MoneyIn = MoneyIn.objects.create(
        batch=batch, fingerprint=str(uuid7()), method="zelle", amount=payment.amount,
        received_on=timezone.localdate(), sender=payment.customer.name,
    )  # fmt: skip
    return made


def payout() -> Payout:
    """Return one that has arrived."""
    made: Payout = Payout.objects.create(
        stripe_payout_id=f"po_{uuid7().hex}", amount=10000, status="paid", as_of=timezone.now(),
        arrival_date=timezone.localdate(), awaiting_stripe=False,
    )  # fmt: skip
    return made
