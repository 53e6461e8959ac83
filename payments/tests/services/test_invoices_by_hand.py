"""Money that staff record while an invoice is open, against the sandbox over HTTP."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from payments.errors import MoreThanOwed
from payments.models import Attention, Invoice, LedgerEntry, Payment
from payments.services.follow import follow_booking
from payments.services.invoices import create_balance_invoice
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.services.parties import pay, pay_by_hand
from payments.tests.services.test_races import leads, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def finance(db) -> User:
    return UserFactory(role="finance")


@pytest.fixture
def booking(db) -> Booking:
    """A confirmed party that owes $450.00."""
    booking = BookingFactory()
    pay(booking)
    return booking


def invoice_for(booking: Booking, actor: User) -> Invoice:
    return create_balance_invoice(
        booking_id=booking.pk, days_until_due=None, actor=actor, now=timezone.now()
    )


def pay_page(invoice: Invoice) -> stripe.Json:
    """Pay it on Stripe's page, as the customer does."""
    path = f"invoices/{invoice.stripe_invoice_id}/pay"
    return stripe.call("POST", path, payment_method="pm_card_visa")


def at_stripe() -> list[tuple[str, int, int]]:
    """Return (status, cents, cents of them paid without Stripe) of each invoice, oldest first."""
    made = stripe.call("GET", "invoices", limit=100)["data"]
    return [
        (each["status"], each["amount_due"], each["amount_paid_off_stripe"])
        for each in reversed(made)
    ]


def ours() -> list[tuple[str, int]]:
    return list(Invoice.objects.order_by("created_at").values_list("status", "amount"))


def settle() -> None:
    """Let every event come twice and the sweeper once."""
    stripe.deliver()
    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))
    stripe.deliver()


def charges(booking: Booking) -> list[tuple[str, int]]:
    entries = LedgerEntry.objects.filter(booking=booking, kind="charge")
    return sorted(entries.values_list("payment__method", "amount"))


def test_what_covers_the_invoice_pays_it_out_of_band(booking: Booking, finance: User):
    invoice = invoice_for(booking, finance)

    payment = pay_by_hand(booking, amount=45000)

    assert (ours(), at_stripe()) == ([("paid", 45000)], [("paid", 45000, 45000)])
    settle()
    # Nobody's card money: the payment that staff recorded is the money, once.
    assert charges(booking) == [("stripe", 10000), ("zelle", 45000)]
    assert Payment.objects.count() == 2
    booking.refresh_from_db()
    assert (booking.paid, booking.balance) == (55000, 0)
    assert stripe.ledger_of(payment) == [("charge", 45000)]
    assert not Attention.objects.exists()
    invoice.refresh_from_db()
    assert invoice.awaiting_stripe is False


def test_part_of_it_replaces_the_invoice(booking: Booking, finance: User):
    invoice_for(booking, finance)

    pay_by_hand(booking, amount=20000)

    assert (ours(), at_stripe()) == (
        [("void", 45000), ("open", 25000)],
        [("void", 45000, 0), ("open", 25000, 0)],
    )
    assert len(stripe.events("invoice.sent")) == 2
    pay_by_hand(booking, amount=25000, method="cash")
    assert at_stripe() == [("void", 45000, 0), ("paid", 25000, 25000)]


def test_parts_that_together_cover_it_pay_it_too(booking: Booking, finance: User, sandbox):
    invoice_for(booking, finance)
    down = [{"kind": "reset", "times": 99, "path": "*/void", "method": "POST"}]
    sandbox.control("POST", "faults", {"api": down})
    pay_by_hand(booking, amount=20000)
    pay_by_hand(booking, amount=25000)
    sandbox.control("DELETE", "faults")

    settle()

    assert (ours(), at_stripe()) == ([("paid", 45000)], [("paid", 45000, 45000)])


def test_what_asks_for_tax_too_is_voided_as_nobody_paid_that(
    booking: Booking, finance: User, settings
):
    settings.ENABLE_AUTOMATIC_TAX = True
    Booking.objects.update(zip_code="94539")
    invoice_for(booking, finance)
    [(_, asked, _)] = at_stripe()
    assert asked > 45000

    pay_by_hand(booking, amount=45000)

    assert (ours(), at_stripe()) == ([("void", 45000)], [("void", asked, 0)])


def test_a_tip_leaves_the_invoice_alone(booking: Booking, finance: User):
    invoice_for(booking, finance)

    pay_by_hand(booking, amount=45000, payment_type="gratuity")
    settle()

    assert at_stripe() == [("open", 45000, 0)]


@pytest.mark.parametrize("done", [False, True], ids=["before Stripe did it", "after Stripe did it"])
def test_the_money_is_kept_though_stripe_does_not_answer(
    booking: Booking, finance: User, sandbox, done: bool
):
    invoice_for(booking, finance)
    call = {"path": "*/pay", "method": "POST"}
    faults = [{"kind": "reset_after", **call}] if done else []
    sandbox.control("POST", "faults", {"api": [*faults, {"kind": "reset", "times": 99, **call}]})

    pay_by_hand(booking, amount=45000)

    assert booking.balance == 0
    assert ours() == [("open", 45000)]
    sandbox.control("DELETE", "faults")
    settle()
    assert (ours(), at_stripe()) == ([("paid", 45000)], [("paid", 45000, 45000)])
    assert charges(booking) == [("stripe", 10000), ("zelle", 45000)]


def test_paid_by_card_first_nothing_is_recorded_beside_it(booking: Booking, finance: User):
    pay_page(invoice_for(booking, finance))

    with pytest.raises(MoreThanOwed):
        pay_by_hand(booking, amount=45000)

    assert charges(booking) == [("stripe", 10000), ("stripe", 45000)]


def test_cash_and_the_card_at_the_same_moment(finance: User, sandbox):
    """Either one is taken, or both are kept and a person is asked; none is lost."""
    ends = set()
    for lead in leads()[:10]:
        sandbox.reset()
        booking = BookingFactory()
        pay(booking)
        invoice = invoice_for(booking, finance)

        together(
            partial(pay_page, invoice),
            partial(pay_by_hand, Booking.objects.get(pk=booking.pk), amount=45000),
            lead=lead * 4,
        )
        settle()
        follow_booking(booking_id=booking.pk, now=timezone.now())
        settle()

        taken = charges(booking)
        questions = Attention.objects.filter(booking=booking)
        booking.refresh_from_db()
        path = f"invoices/{invoice.stripe_invoice_id}"
        by_card = stripe.call("GET", path, **{"expand[]": "payments"})
        was_charged = any(each["status"] == "paid" for each in by_card["payments"]["data"])
        by_hand = ("zelle", 45000) in taken
        assert was_charged == (("stripe", 45000) in taken)
        assert was_charged or by_hand
        assert booking.paid == sum(cents for _, cents in taken)
        assert [each.kind for each in questions] == (
            ["duplicate_payment"] if was_charged and by_hand else []
        )
        invoice.refresh_from_db()
        assert (invoice.status, by_card["status"]) == ("paid", "paid")
        ends.add((was_charged, by_hand))
    assert ends >= {(True, False), (False, True)}
