"""One of everything that has a page, made when a page asks for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from bookings.models import Booking, Email, Quote, RuleBook, SlotException
from bookings.slots import local_date
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from bookings.tests.quote_world import draft_quote
from customers.models import Customer, User
from customers.tests.factories import ContactFactory, UserFactory
from devstack.testing.sandbox import SandboxServer
from myhibachi.core.audit import record
from myhibachi.core.models import AuditEntry
from payments.models import (
    Attention,
    Difference,
    Dispute,
    EarlyFraudWarning,
    Invoice,
    LedgerEntry,
    MoneyIn,
    Payment,
    Payout,
    ReconcileRun,
    Refund,
    WebhookEvent,
)
from payments.services.money_in.decide import ignore
from payments.services.refunds import refund_payment
from payments.tests import stripe_world as stripe
from payments.tests.admin.events import inbox_event
from payments.tests.disputes.world import disputed, warned
from payments.tests.factories import InvoiceFactory
from payments.tests.money_in.statements import import_all, statement
from payments.tests.refunds.world import ask, failed, paid_in_full
from payments.tests.services.parties import pay, pay_by_hand
from payments.tests.services.test_refunds import paid
from payments.tests.services.test_saved_cards import with_deposit

# What a parameter of an address names, where it is not the table of that address.
PARAMETERS: dict[str, type[Model]] = {
    "booking_id": Booking,
    "customer_id": Customer,
    "payment_id": Payment,
    "user_id": User,
}


class Everything:
    """The rows that addresses are about, each made once."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.finance: User = UserFactory(role="finance")
        self._made: dict[str, Model] = {}

    def one(self, model: type[Model]) -> Model:
        """Return a row of a table."""
        return self._once(model._meta.label, lambda: self._make(model))

    def arguments(self, name: str, parameters: dict[str, Any]) -> dict[str, Any] | None:
        """Return what to put into an address; None where nobody knows.

        Args:
            name: the address' name, such as `payments_refund_approval`.
            parameters: its parameters, by name.
        """
        special = SPECIAL.get(name)
        if special:
            subject = self._once(name, lambda: special(self))
            return {key: self._other(key, subject) for key in parameters}
        if name in FIXED:
            return FIXED[name]
        found = {key: self._named(key, name) for key in parameters}
        return None if None in found.values() else found

    def _once(self, name: str, make: Callable[[], Model]) -> Model:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def _make(self, model: type[Model]) -> Model:
        if model._meta.app_label == "djstripe":
            self._once("djstripe", self._deal_at_stripe)
            return model._default_manager.all()[0]
        made: Model = MAKERS[model](self)
        return made

    def _other(self, key: str, subject: Model) -> Any:
        """Return the subject's key, or that of the row of another table which goes with it."""
        other = PARAMETERS.get(key)
        if other is None or isinstance(subject, other):
            return subject.pk
        return self.one(other).pk

    def _named(self, key: str, name: str) -> Any:
        if key in PARAMETERS:
            return self.one(PARAMETERS[key]).pk
        app, table, *_ = [*name.replace("auth_user", "customers_user").split("_"), ""]
        try:
            return self.one(apps.get_model(app, table)).pk
        except LookupError:
            return None

    def _deal_at_stripe(self) -> Model:
        """Have Stripe make one of each of its objects, and hear of it."""
        payment = paid()
        refund_payment(payment_id=payment.pk, amount=1000, actor=self.finance, now=timezone.now())
        disputed()
        with_deposit()
        product = stripe.call("POST", "products", name="Salmon")
        stripe.call("POST", "prices", product=product["id"], currency="usd", unit_amount=500)
        payment.customer.refresh_from_db()
        stripe.call("POST", "invoices", customer=payment.customer.stripe_customer_id)
        stripe.deliver()
        return payment


def _confirmed(_: Everything) -> Booking:
    booking: Booking = BookingFactory(allergies="Peanuts", notes="Blue door.")
    pay(booking)
    return booking


def _late(_: Everything) -> Booking:
    booking: Booking = BookingFactory()
    pay(booking)
    Booking.objects.filter(pk=booking.pk).update(status="expired", seat=None, late_money=True)
    return booking


def _question(_: Everything) -> Attention:
    """A refund that somebody made in Stripe's dashboard."""
    payment = paid_in_full()
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=5000)
    stripe.deliver()
    return Attention.objects.get(payment=payment)


def _difference(_: Everything) -> Difference:
    now = timezone.now()
    booking = BookingFactory()
    return Difference.objects.create(
        kind="projection",
        object_type="bookings.Booking",
        object_id=str(booking.pk),
        booking=booking,
        reason="The booking says $999.00 was paid, the ledger $0.00.",
        remedy="Compute the booking's total from the ledger again.",
        can_be_mended=True,
        first_seen_at=now,
        last_seen_at=now,
    )


def _to_pay_back(house: Everything) -> Refund:
    payment = pay_by_hand(BookingFactory(), amount=10000)
    now = timezone.now()
    return refund_payment(payment_id=payment.pk, amount=4000, actor=house.finance, now=now)


def _warning(_: Everything) -> EarlyFraudWarning:
    payment = warned()
    return EarlyFraudWarning.objects.get(payment=payment)


def _unmatched(_: Everything) -> MoneyIn:
    import_all(statement("Jane Doe,100.00,hibachi"))
    return MoneyIn.objects.filter(status="unmatched").latest("pk")


def _ignored(house: Everything) -> MoneyIn:
    import_all(statement("Ice Ltd,5.00,ice"))
    line = MoneyIn.objects.get(sender="Ice Ltd")
    return ignore(money_in_id=line.pk, note="Not ours.", actor=house.finance, now=timezone.now())


def _event(_: Everything) -> WebhookEvent:
    error = "GatewayUnavailable: Stripe did not answer in time.\nIt was asked fifteen times."
    return inbox_event(state="needs_attention", attempts=15, last_error=error)


def _entry(house: Everything) -> AuditEntry:
    booking = house.one(Booking)
    changes: dict[str, Any] = {"guests": [8, 12], "location": ["1 A St", "2 B St"]}
    return record("booking.changed", booking, actor=house.finance, note="They rang.", **changes)


def _payout(_: Everything) -> Payout:
    return Payout.objects.create(
        stripe_payout_id="po_1",
        amount=123400,
        status="paid",
        arrival_date=local_date(timezone.now()),
        as_of=timezone.now(),
    )


def _run(_: Everything) -> ReconcileRun:
    now = timezone.now()
    return ReconcileRun.objects.create(
        with_fix=False, started_at=now, finished_at=now, checked={"charge": 12, "refund": 3}
    )


def _entry_in_the_ledger(house: Everything) -> LedgerEntry:
    payment = house.one(Payment)
    return LedgerEntry.objects.filter(payment_id=payment.pk)[0]


def _email(house: Everything) -> Email:
    booking = house.one(Booking)
    return Email.objects.filter(booking_id=booking.pk)[0]


def _rules(_: Everything) -> RuleBook:
    in_a_month = local_date(timezone.now()) + timedelta(days=31)
    return RuleBook.objects.create(effective_from=in_a_month, adult_price=6000)


def _day_off(_: Everything) -> SlotException:
    day = local_date(timezone.now()) + timedelta(days=200)
    return SlotException.objects.create(date=day, capacity=0)


MAKERS: dict[type[Model], Callable[[Everything], Any]] = {
    Attention: _question,
    AuditEntry: _entry,
    Booking: _confirmed,
    Customer: lambda house: Customer.objects.get(bookings__pk=house.one(Booking).pk),
    Difference: _difference,
    Dispute: lambda _: disputed(),
    EarlyFraudWarning: _warning,
    Email: _email,
    Invoice: lambda _: InvoiceFactory(),
    LedgerEntry: _entry_in_the_ledger,
    MoneyIn: _unmatched,
    Payment: lambda _: paid(),
    Payout: _payout,
    Quote: lambda _: draft_quote(
        now=timezone.now(), date=local_date(timezone.now()) + timedelta(days=30)
    ),
    ReconcileRun: _run,
    Refund: _to_pay_back,
    RuleBook: _rules,
    SlotException: _day_off,
    User: lambda _: UserFactory(role="manager"),
    WebhookEvent: _event,
}
MAKERS[apps.get_model("bookings.WaitlistEntry")] = lambda _: WaitlistEntryFactory()

# Pages about a row in a certain state.
SPECIAL: dict[str, Callable[[Everything], Any]] = {
    "bookings_booking_late_money": _late,
    "bookings_booking_saved_card": lambda _: with_deposit(),
    "customers_customer_erase": lambda _: ContactFactory(),
    "payments_moneyin_bring_back": _ignored,
    "payments_payment_refund": lambda _: paid(),
    "payments_refund_another_way": lambda house: failed(house.sandbox, house.finance),
    "payments_refund_approval": lambda _: ask(
        paid_in_full(), 55000, UserFactory(role="manager"), notes="Rain."
    ),
}
# Parameters that name no row.
FIXED: dict[str, dict[str, Any]] = {
    "analytics-file": {"key": "revenue"},
    "app_list": {"app_label": "payments"},
    "system_ask": {"kind": "compare"},
    "today_do": {"what": "nothing", "row_id": "1"},
}
