"""What a booking owes can be paid by its invoice or by one card attempt, never by both."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from bookings.errors import NothingDue
from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from payments.errors import AlreadyPaid, AmountMismatch, GatewayUnavailable
from payments.models import Invoice, LedgerEntry, Payment
from payments.services.attempts import Wanted
from payments.services.invoices import create_balance_invoice, mark_uncollectible, void_invoice
from payments.services.start import Started, start_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.services.parties import pay
from payments.tests.services.test_races import leads, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
SURFACES = [Payment.Surface.CHECKOUT, Payment.Surface.ELEMENTS]
CHECKOUT, ELEMENTS = SURFACES
OPEN = ("open", "uncollectible", "requires_payment_method", "requires_action")


@pytest.fixture
def finance(db) -> User:
    return UserFactory(role="finance")


@pytest.fixture
def booking(db) -> Booking:
    """A confirmed party that owes $450.00."""
    booking = BookingFactory()
    pay(booking)
    return booking


def invoice_for(booking: Booking, actor: User, days: int | None = 7) -> Invoice:
    return create_balance_invoice(
        booking_id=booking.pk, days_until_due=days, actor=actor, now=timezone.now()
    )


def start(booking: Booking, surface: Payment.Surface = CHECKOUT, **wanted) -> Started:
    asked = Wanted(booking_id=booking.pk, user=None, surface=surface, **wanted)
    return start_payment(asked, now=timezone.now())


def later(minutes: int = 2) -> None:
    """Let the sweeper come by once its grace is over."""
    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=minutes))


def payable() -> list[tuple[str, int]]:
    """Return (object, cents) of all that somebody can pay at Stripe now, tips not counted."""
    invoices = stripe.call("GET", "invoices", limit=100)["data"]
    theirs = [each["payments"]["data"] for each in map(with_payments, invoices)]
    own = {each["payment"]["payment_intent"] for payments in theirs for each in payments}
    sessions = stripe.call("GET", "checkout/sessions", limit=100)["data"]
    intents = stripe.call("GET", "payment_intents", limit=100)["data"]
    found = [("invoice", each["amount_due"]) for each in invoices if each["status"] in OPEN]
    found += [("session", each["amount_total"]) for each in sessions if each["status"] == "open"]
    return found + [
        ("payment_intent", each["amount"])
        for each in intents
        if each["status"] in OPEN and each["id"] not in own
    ]


def with_payments(invoice: stripe.Json) -> stripe.Json:
    return stripe.call("GET", f"invoices/{invoice['id']}", **{"expand[]": "payments"})


def ours() -> list[tuple[str, int, bool]]:
    """Return (status, cents, whether it stands aside) of each invoice, oldest first."""
    found = Invoice.objects.order_by("created_at")
    return [(each.status, each.amount, each.stands_aside) for each in found]


def taken(booking: Booking) -> list[int]:
    entries = LedgerEntry.objects.filter(booking=booking, kind="charge")
    return sorted(entries.values_list("amount", flat=True))


@pytest.mark.parametrize("surface", SURFACES)
def test_a_card_payment_takes_the_invoice_s_place(
    booking: Booking, finance: User, surface: Payment.Surface
):
    invoice_for(booking, finance, days=3)

    start(booking, surface)

    kind = "session" if surface == CHECKOUT else "payment_intent"
    assert payable() == [(kind, 45000)]
    assert ours() == [("void", 45000, False), ("draft", 45000, True)]
    later()
    stripe.deliver()
    assert payable() == [(kind, 45000)]


def test_paid_by_card_the_invoice_that_stood_aside_is_void(booking: Booking, finance: User):
    invoice_for(booking, finance)
    stripe.confirm(refreshed(start(booking, ELEMENTS).payment))
    stripe.deliver()

    later()

    assert (payable(), taken(booking)) == ([], [10000, 45000])
    assert ours() == [("void", 45000, False), ("void", 45000, False)]
    assert len(stripe.events("invoice.sent")) == 1


def refreshed(payment: Payment) -> Payment:
    payment.refresh_from_db()
    return payment


def test_given_up_by_the_customer_the_invoice_comes_back(booking: Booking, finance: User):
    invoice_for(booking, finance, days=3)
    session = start(booking).stripe_object["id"]
    stripe.call("POST", f"checkout/sessions/{session}/expire")
    stripe.deliver()

    later()

    assert payable() == [("invoice", 45000)]
    assert ours() == [("void", 45000, False), ("open", 45000, False)]
    assert Invoice.objects.get(status="open").days_until_due == 3
    assert len(stripe.events("invoice.sent")) == 2


def test_a_payment_element_left_open_is_closed_after_a_day(booking: Booking, finance: User):
    invoice_for(booking, finance)
    start(booking, ELEMENTS)

    later(minutes=60 * 23)
    assert payable() == [("payment_intent", 45000)]
    later(minutes=60 * 25)

    assert payable() == [("invoice", 45000)]


def test_the_invoice_that_comes_back_asks_for_what_is_owed_by_then(booking: Booking, finance: User):
    invoice_for(booking, finance)
    start(booking)
    Booking.objects.update(total=60000)

    later()

    assert payable() == [("invoice", 50000)]


def test_after_the_deposit_by_card_the_invoice_asks_for_the_rest(finance: User):
    booking = BookingFactory()
    invoice_for(booking, finance)

    deposit = start(booking, ELEMENTS)
    assert payable() == [("payment_intent", 10000)]
    stripe.confirm(refreshed(deposit.payment))
    stripe.deliver()
    later()

    assert payable() == [("invoice", 45000)]


def test_a_tip_goes_beside_the_invoice(booking: Booking, finance: User):
    invoice_for(booking, finance)

    start(booking, payment_type="gratuity", amount=5000)

    assert sorted(payable()) == [("invoice", 45000), ("session", 5000)]
    assert ours() == [("open", 45000, False)]


def test_what_is_refused_leaves_the_invoice_alone(booking: Booking, finance: User):
    invoice_for(booking, finance)

    with pytest.raises(AmountMismatch):
        start(booking, amount=1)

    assert payable() == [("invoice", 45000)]


def test_an_invoice_given_up_is_no_second_way_to_pay_either(booking: Booking, finance: User):
    invoice = invoice_for(booking, finance)
    mark_uncollectible(invoice_id=invoice.pk, reason="", actor=finance, now=timezone.now())

    start(booking)

    assert payable() == [("session", 45000)]
    assert ours() == [("void", 45000, False)]


def test_staff_who_ask_for_the_one_that_stands_aside_get_it(booking: Booking, finance: User):
    invoice_for(booking, finance)
    start(booking)

    invoice = invoice_for(booking, finance)

    assert (invoice.status, payable()) == ("open", [("invoice", 45000)])
    assert ours() == [("void", 45000, False), ("open", 45000, False)]


def test_one_that_stands_aside_can_be_voided(booking: Booking, finance: User):
    invoice_for(booking, finance)
    session = start(booking).stripe_object["id"]
    aside = Invoice.objects.get(status="draft")

    void_invoice(invoice_id=aside.pk, reason="Agreed", actor=finance, now=timezone.now())
    stripe.call("POST", f"checkout/sessions/{session}/expire")
    stripe.deliver()
    later()

    assert (payable(), Invoice.objects.filter(status="open").count()) == ([], 0)


@pytest.mark.parametrize("done", [False, True], ids=["before Stripe did it", "after Stripe did it"])
def test_cut_off_while_it_makes_room_the_sweeper_brings_the_invoice_back(
    booking: Booking, finance: User, sandbox, done: bool
):
    invoice_for(booking, finance)
    call = {"path": "*/void", "method": "POST"}
    faults = [{"kind": "reset_after", **call}] if done else []
    sandbox.control("POST", "faults", {"api": [*faults, {"kind": "reset", "times": 9, **call}]})

    with pytest.raises(GatewayUnavailable):
        start(booking)
    sandbox.control("DELETE", "faults")
    stripe.deliver()
    later()

    assert payable() == [("invoice", 45000)]
    assert Invoice.objects.filter(status="open", amount=45000, awaiting_stripe=False).count() == 1


def test_an_invoice_and_a_card_payment_asked_for_at_the_same_moment(finance: User, sandbox):
    """One of the two is there in the end; never both."""
    kinds = set()
    for lead in leads()[:10]:
        sandbox.reset()
        booking = BookingFactory()
        pay(booking)

        raised = together(
            partial(invoice_for, booking, finance),
            partial(start, booking),
            lead=lead / 4,
        )

        assert set(raised) <= {None, AlreadyPaid}
        found = payable()
        assert len(found) <= 1
        later()
        assert len(payable()) == 1
        kinds.add(payable()[0])
    assert kinds == {("invoice", 45000), ("session", 45000)}


def test_the_invoice_is_paid_as_a_card_payment_is_started(finance: User, sandbox):
    """The money is taken once, by the one or still to be taken by the other."""
    ends = set()
    for lead in leads()[:10]:
        sandbox.reset()
        booking = BookingFactory()
        pay(booking)
        invoice = invoice_for(booking, finance)
        path = f"invoices/{invoice.stripe_invoice_id}/pay"

        raised = together(
            partial(stripe.call, "POST", path, payment_method="pm_card_visa"),
            partial(start, booking),
            lead=lead * 4,
        )
        stripe.deliver()
        later()
        stripe.deliver()

        assert raised[0] is None
        assert raised[1] in (None, NothingDue, AlreadyPaid)
        end = (taken(booking), payable())
        assert end in [([10000, 45000], []), ([10000], [("session", 45000)])]
        ends.add(len(end[0]))
    assert ends == {1, 2}


def test_many_tabs_and_an_invoice_leave_one_thing_to_pay(booking: Booking, finance: User):
    invoice_for(booking, finance)
    acts: list[Callable[[], object]] = [partial(start, booking, each) for each in SURFACES * 2]

    raised = together(*acts, later)

    assert set(raised) <= {None, AlreadyPaid}
    later()
    assert len(payable()) == 1
