"""One row of each kind that waits on the first page, and what deals with it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from bookings import slots
from bookings.models import Booking, Email, Quote
from bookings.services import confirm_guests
from bookings.tests.factories import BookingFactory, default_rules
from bookings.tests.quote_world import draft_quote
from customers.roles import ROLES
from customers.tests.factories import UserFactory
from myhibachi.core.ids import uuid7
from payments.models import (
    Attention,
    Difference,
    Dispute,
    Invoice,
    MoneyIn,
    MoneyInBatch,
    Payment,
    Payout,
    Refund,
    WebhookEvent,
)
from payments.services import attention
from payments.tests.admin.events import inbox_event
from payments.tests.factories import (
    DisputeFactory,
    InvoiceFactory,
    PaymentFactory,
    RefundFactory,
    paid_payment,
    stripe_id,
)

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


def starting(after: dt.timedelta, **fields: Any) -> Booking:
    """Return a party that begins so long from now; it may be of the past."""
    # To the microsecond: a slot takes no more than two.
    local = timezone.localtime(timezone.now() + after)
    start = slots.starts_at(local.date(), local.time())
    values = {"status": "confirmed", "date": local.date(), "time": local.time(), "starts_at": start}
    made: Booking = BookingFactory(**values | fields)
    return made


def paid_up(booking: Booking) -> Booking:
    """Return the booking, all of it paid."""
    Booking.objects.filter(pk=booking.pk).update(paid=booking.total)
    booking.refresh_from_db()
    return booking


def failing_deposit(status: str = "failed", **fields: Any) -> Payment:
    booking = BookingFactory(hold_expires_at=timezone.now() + HOUR, **fields)
    made: Payment = PaymentFactory(
        booking=booking, status=status, failure_message="Your card has insufficient funds."
    )
    return made


def late_money() -> Booking:
    booking: Booking = BookingFactory(status="expired")
    paid_payment(booking=booking)
    return booking


def question(kind: Attention.Kind) -> Attention:
    booking = BookingFactory(status="completed")
    # What its page leads to.
    ids = {f"{name}_id": str(uuid7()) for name in ("dispute", "warning")}
    if kind == Attention.Kind.REFUND_FAILED:
        ids["refund_id"] = str(RefundFactory(status="failed").pk)
    attention.ask(
        kind,
        about=stripe_id("x"),
        booking_id=booking.pk,
        facts={"amount": 5000, "reason": "duplicate", **ids},
        now=timezone.now(),
    )
    return Attention.objects.get(booking=booking)


def money_in(**fields: Any) -> MoneyIn:
    batch = MoneyInBatch.objects.create(imported_by=UserFactory(role="support"), source="x.csv")
    values = {
        "batch": batch,
        "fingerprint": stripe_id("f"),
        "method": "zelle",
        "amount": 12300,
        "sender": "Ivy Okafor",
        "received_on": timezone.localdate(),
    }
    return MoneyIn.objects.create(**values | fields)


def refund_to_pay_back() -> Refund:
    payment = paid_payment(booking=BookingFactory(status="completed"))
    Payment.objects.filter(pk=payment.pk).update(method="zelle")
    made: Refund = RefundFactory(payment=payment)
    return made


def failed_email(**fields: Any) -> Email:
    booking = BookingFactory(status="canceled")
    values = {
        "kind": "deposit_received",
        "key": stripe_id("key"),
        "booking": booking,
        "to": "ada@example.com",
        "subject": "Your party",
        "text": "Hello",
        "html": "Hello",
        "status": "failed",
        "error": "550 no such mailbox",
    }
    return Email.objects.create(**values | fields)


def failed_payout() -> Payout:
    return Payout.objects.create(
        stripe_payout_id=stripe_id("po"),
        amount=50000,
        status="failed",
        arrival_date=timezone.localdate(),
        as_of=timezone.now(),
    )


def difference(**fields: Any) -> Difference:
    now = timezone.now()
    values = {
        "kind": "row_differs",
        "object_type": "charge",
        "object_id": stripe_id("ch"),
        "reason": "The amount differs.",
        "remedy": "Take over Stripe's.",
        "can_be_mended": True,
        "first_seen_at": now,
        "last_seen_at": now,
    }
    return Difference.objects.create(**values | fields)


def _set(**values: Any) -> Callable[[Any], object]:
    return lambda row: type(row).objects.filter(pk=row.pk).update(**values)


def _note(row: Attention) -> object:
    return attention.note_only(
        attention_id=row.pk,
        note="Seen.",
        actor=UserFactory(role="manager"),
        now=timezone.now(),
    )


@dataclass(frozen=True, kw_only=True)
class Case:
    """A kind: how one comes to wait, its button and who is the lowest to have it, what ends it.

    Attributes:
        second: the button beside it, where there are two.
        second_lowest: who is the lowest to have that, where it is another.
    """

    make: Callable[[], Any]
    button: str
    second: str = ""
    lowest: str | None
    deal: Callable[[Any], object]
    second_lowest: str | None = None

    def buttons(self, role: str) -> list[str]:
        """Return what a role can do about it."""
        both = ((self.button, self.lowest), (self.second, self.second_lowest or self.lowest))
        return [
            button
            for button, lowest in both
            if button and lowest and ROLES.index(role) >= ROLES.index(lowest)
        ]


def _question(kind: Attention.Kind) -> Case:
    return Case(make=lambda: question(kind), button="Decide…", lowest="manager", deal=_note)


# In the order of the page, for somebody who may do everything.
CASES: dict[str, Case] = {
    "deposits_failing": Case(
        make=failing_deposit,
        button="Record payment…",
        lowest="support",
        deal=lambda row: Booking.objects.filter(pk=row.booking_id).update(
            status="confirmed", hold_expires_at=None
        ),
    ),
    "holds": Case(
        make=lambda: BookingFactory(hold_expires_at=timezone.now() + HOUR / 2),
        button="Record payment…",
        lowest="support",
        deal=lambda row: paid_payment(booking=row),
    ),
    "disputes": Case(
        make=lambda: DisputeFactory(
            payment__booking__status="completed", evidence_due_by=timezone.now() + 3 * DAY
        ),
        button="Answer…",
        lowest="finance",
        deal=_set(status=Dispute.Status.UNDER_REVIEW),
    ),
    "early_fraud_warning": _question(Attention.Kind.EARLY_FRAUD_WARNING),
    "late_money": Case(
        make=late_money, button="Late money…", lowest="manager", deal=_set(late_money=False)
    ),
    "owed_soon": Case(
        make=lambda: starting(40 * HOUR, rules_snapshot=_final_count(1)),
        button="Record payment…",
        lowest="support",
        deal=paid_up,
    ),
    "count_due": Case(
        make=lambda: paid_up(starting(30 * HOUR)),
        button="8 guests are final",
        second="Change guests",
        lowest="support",
        deal=lambda row: confirm_guests(
            booking_id=row.pk, guests=row.guests, actor=None, now=timezone.now()
        ),
    ),
    "place_unknown": Case(
        make=lambda: BookingFactory(status="confirmed", location_needs_review=True),
        button="Correct the place",
        lowest="support",
        deal=_set(location_needs_review=False),
    ),
    "refund_failed": _question(Attention.Kind.REFUND_FAILED),
    "to_approve": Case(
        make=lambda: RefundFactory(
            approval="requested", requested_by=UserFactory(role="manager"), amount=90000
        ),
        button="Approve…",
        lowest="finance",
        deal=_set(status="canceled"),
    ),
    "to_pay_back": Case(
        make=refund_to_pay_back,
        button="Paid back…",
        lowest="manager",
        deal=_set(status="canceled"),
    ),
    "dispute": _question(Attention.Kind.DISPUTE),
    "external_refund": _question(Attention.Kind.EXTERNAL_REFUND),
    "duplicate_payment": _question(Attention.Kind.DUPLICATE_PAYMENT),
    "money_in": Case(make=money_in, button="Match…", lowest="support", deal=_set(status="ignored")),
    "owed_after": Case(
        make=lambda: starting(-HOUR),
        button="Record payment…",
        second="Lower the bill…",
        lowest="support",
        second_lowest="manager",
        deal=paid_up,
    ),
    "invoices": Case(
        make=lambda: InvoiceFactory(due_at=timezone.now() - DAY),
        button="Record payment…",
        lowest="support",
        deal=_set(status=Invoice.Status.VOID),
    ),
    "payouts": Case(make=failed_payout, button="", lowest=None, deal=_set(status="paid")),
    "quotes": Case(
        make=lambda: _asked(draft_quote()),
        button="Send…",
        lowest="support",
        deal=lambda row: Quote.objects.filter(pk=row.pk).update(
            status="sent", sent_at=timezone.now(), expires_at=timezone.now() + DAY
        ),
    ),
    "to_finish": Case(
        make=lambda: paid_up(starting(-5 * HOUR)),
        button="Mark as done",
        lowest="support",
        deal=_set(status="completed"),
    ),
    "emails": Case(
        make=failed_email, button="Send again", lowest="support", deal=_set(status="queued")
    ),
    "events": Case(
        make=lambda: inbox_event(state="needs_attention", last_error="Boom\nTraceback"),
        button="Replay",
        lowest="admin",
        deal=_set(state=WebhookEvent.State.PROCESSED),
    ),
    "unproven": _question(Attention.Kind.UNPROVEN),
    "differences": Case(
        make=difference,
        button="Mend…",
        lowest="finance",
        deal=_set(closed_at=timezone.now()),
    ),
}


def _final_count(hours: int) -> dict[str, Any]:
    return default_rules(final_count_hours=hours).to_json()


def _asked(quote: Quote) -> Quote:
    Quote.objects.filter(pk=quote.pk).update(asked_by_customer=True)
    return quote
