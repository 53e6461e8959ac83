"""One of everything that the admin shows, and where each of its pages is."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from bookings.models import Email, RuleBook, SlotException
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from bookings.tests.quote_world import draft_quote
from customers.tests.factories import CustomerFactory, UserFactory
from myhibachi.core import audit
from payments import mirror
from payments.models import (
    Attention,
    Difference,
    EarlyFraudWarning,
    LedgerEntry,
    MoneyIn,
    MoneyInBatch,
    Payout,
    ReconcileRun,
)
from payments.tests.admin.events import inbox_event
from payments.tests.factories import (
    DisputeFactory,
    InvoiceFactory,
    PaymentFactory,
    RefundFactory,
    paid_payment,
)

Args = dict[str, Any]
BY_PARAMETER = {
    "attention_id": "payments.attention",
    "booking_id": "bookings.booking",
    "customer_id": "customers.customer",
    "difference_id": "payments.difference",
    "dispute_id": "payments.dispute",
    "event_id": "payments.webhookevent",
    "invoice_id": "payments.invoice",
    "money_in_id": "payments.moneyin",
    "payment_id": "payments.payment",
    "quote_id": "bookings.quote",
    "refund_id": "payments.refund",
    "user_id": "customers.user",
    "warning_id": "payments.earlyfraudwarning",
}
COMMON = {"livemode": False, "created": 1, "currency": "usd", "amount": 100, "metadata": {}}
# Each after what it names.
COPIES: list[Args] = [
    {"object": "customer", "id": "cus_1"},
    {"object": "product", "id": "prod_1", "name": "Salmon", "active": True},
    {"object": "price", "id": "price_1", "product": "prod_1", "active": True, "type": "one_time"},
    {"object": "charge", "id": "ch_1", "status": "succeeded"},
    {"object": "payment_intent", "id": "pi_1", "status": "succeeded"},
    {"object": "invoice", "id": "in_1", "customer": "cus_1", "status": "open"},
    {"object": "dispute", "id": "du_1", "charge": "ch_1", "status": "lost"},
    {"object": "refund", "id": "re_1", "charge": "ch_1", "status": "succeeded"},
    {"object": "checkout.session", "id": "cs_1", "status": "open"},
    {"object": "event", "id": "evt_1", "type": "ping", "data": {"object": {}}},
]
MODELS = {"payment_intent": "paymentintent", "checkout.session": "session"}


class World:
    """Rows by their table's label, and the arguments of each address."""

    def __init__(self) -> None:
        now = timezone.now()
        payment = paid_payment()
        self.payment, self.booking = payment, payment.booking
        self.late = BookingFactory(status="expired", late_money=True, paid=10000)
        self.past = BookingFactory(
            status="confirmed", date=now.date() - dt.timedelta(days=3), confirmed_at=now
        )
        self.user = UserFactory(role="support")
        self.ignored = self._money_in("ignored", status="ignored", note="A gift.", decided_at=now)
        self.requested = RefundFactory(payment=payment, amount=100, approval="requested")
        by_hand = PaymentFactory(
            method="zelle", surface="", status="succeeded", booking=BookingFactory()
        )
        self.by_hand = RefundFactory(payment=by_hand, amount=100)
        self.rows: dict[str, Model] = {row._meta.label_lower: row for row in self._rows(now)}
        for copy in COPIES:
            (mirror.store_event if copy["object"] == "event" else mirror.store)(COMMON | copy)
            model = apps.get_model("djstripe", MODELS.get(copy["object"], copy["object"]))
            self.rows[model._meta.label_lower] = model._default_manager.get(id=copy["id"])
        self.special: dict[str, Args] = {
            "admin:bookings_booking_late_money": {"booking_id": self.late.pk},
            "admin:payments_refund_approval": {"refund_id": self.requested.pk},
            "admin:payments_refund_paid_back": {"refund_id": self.by_hand.pk},
            "admin:payments_moneyin_bring_back": {"money_in_id": self.ignored.pk},
            "admin:bookings_booking_done": {"booking_id": self.past.pk},
            "admin:bookings_booking_no_show": {"booking_id": self.past.pk},
            "admin:auth_user_password_change": {"id": self.user.pk},
            "today_do": {"what": "completed", "row_id": self.past.pk},
            "system_ask": {"kind": "check"},
            "analytics-file": {"key": "revenue"},
            "admin:app_list": {"app_label": "bookings"},
            "admin:view_on_site": {"content_type_id": 1, "object_id": 1},
        }

    def _rows(self, now: dt.datetime) -> list[Any]:
        return [
            self.payment,
            self.booking,
            self.user,
            CustomerFactory(),
            draft_quote(),
            RuleBook.objects.create(effective_from=now.date() + dt.timedelta(days=90)),
            SlotException.objects.create(
                date=now.date() + dt.timedelta(days=400), capacity=0, reason="Off"
            ),
            WaitlistEntryFactory(),
            Email.objects.create(
                kind="hold_reminder", booking=self.booking, to="a@myhibachi.test", key="k",
                next_attempt_at=now,
            ),
            RefundFactory(payment=self.payment, amount=100),
            DisputeFactory(),
            InvoiceFactory(),
            LedgerEntry.objects.first(),
            self._money_in("line"),
            self._attention(),
            inbox_event(),
            self._difference(now),
            ReconcileRun.objects.create(with_fix=False, started_at=now),
            Payout.objects.create(
                stripe_payout_id="po_1", amount=1, status="paid", arrival_date=now.date(),
                as_of=now,
            ),
            EarlyFraudWarning.objects.create(
                payment=self.payment, stripe_early_fraud_warning_id="issfr_1",
                fraud_type="misc", actionable=True, warned_at=now,
            ),
            audit.record("booking.created", self.booking, actor=None),
        ]  # fmt: skip

    def arguments(self, name: str, parameters: Iterable[str]) -> Args:
        """Return what a page's address names, by its parameters: one of our rows."""
        special = self.special.get(name, {})
        return {each: special.get(each) or self._row(name, each) for each in parameters}

    def _row(self, name: str, parameter: str) -> Any:
        """Return the id of the row that a parameter means: `booking_id` or the page's own table."""
        label = BY_PARAMETER.get(parameter) or ".".join(name.split(":")[-1].split("_")[:2])
        return self.rows[label].pk

    def _money_in(self, key: str, **fields: Any) -> MoneyIn:
        batch = MoneyInBatch.objects.create(imported_by=UserFactory(), source=f"{key}.csv")
        made: MoneyIn = MoneyIn.objects.create(
            batch=batch, fingerprint=key, method="zelle", amount=100,
            received_on=self.booking.date, **fields,
        )  # fmt: skip
        return made

    def _attention(self) -> Attention:
        return Attention.objects.create(kind="unproven", key="unproven:x", booking=self.booking)

    def _difference(self, now: dt.datetime) -> Difference:
        return Difference.objects.create(
            kind="projection", object_type="bookings.Booking", object_id=str(self.booking.pk),
            booking=self.booking, reason="r", remedy="m", can_be_mended=True, first_seen_at=now,
            last_seen_at=now,
        )  # fmt: skip
