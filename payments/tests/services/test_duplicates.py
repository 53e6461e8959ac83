"""Two payments for one purpose ask a person, once; what only looks like it asks nobody."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction
from django.utils import timezone

from bookings.models import Booking
from bookings.services.payable import lock_booking
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import Attention, Payment
from payments.services.intents import apply_payment_intent
from payments.services.manual import Received, write
from payments.tests import stripe_world as stripe
from payments.tests.factories import paid_payment, refunded

pytestmark = pytest.mark.django_db(transaction=True)

# (how, what for, cents, hours from now)
Came = tuple[str, str, int, float]
CARD_DEPOSIT: Came = ("stripe", "deposit", 10000, 0)
ZELLE_DEPOSIT: Came = ("zelle", "deposit", 10000, 0)
CARD_BALANCE: Came = ("stripe", "balance", 45000, 0)


@pytest.fixture
def booking(db) -> Booking:
    """A party of $550.00, of which $100.00 is the deposit."""
    return BookingFactory()


def come(booking: Booking, came: Came) -> Payment:
    """Book a card payment as its event does, and any other as staff do."""
    method, kind, amount, hours = came
    at = timezone.now() + timedelta(hours=hours)
    if method == "stripe":
        return paid_payment(booking=booking, payment_type=kind, amount=amount, at=at)
    received = Received(method=method, amount=amount, payment_type=kind, received_at=at)
    with transaction.atomic():
        locked = lock_booking(booking.pk)
        support = UserFactory(role="support")
        return write(received, booking=locked, actor=support, now=timezone.now())


def told(payment: Payment) -> str:
    """Return when it came, as a question's facts say it."""
    assert payment.succeeded_at
    return payment.succeeded_at.isoformat()


def asked() -> list[tuple[str, int]]:
    """Return why people are asked, and about how many cents."""
    questions = Attention.objects.filter(kind="duplicate_payment").order_by("opened_at")
    return [(each.facts["reason"], each.facts["amount"]) for each in questions]


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (CARD_DEPOSIT, CARD_DEPOSIT, "second_deposit"),
        (CARD_DEPOSIT, ZELLE_DEPOSIT, "second_deposit"),
        (ZELLE_DEPOSIT, CARD_DEPOSIT, "second_deposit"),
        (ZELLE_DEPOSIT, ("venmo", "deposit", 10000, 0), "second_deposit"),
        (("cash", "deposit", 30000, 0), CARD_DEPOSIT, "second_deposit"),
        (CARD_DEPOSIT, ("stripe", "full", 55000, 0), "beyond_bill"),
        (("stripe", "full", 55000, 0), CARD_DEPOSIT, "beyond_bill"),
        (("stripe", "full", 55000, 0), ("stripe", "full", 55000, 0), "beyond_bill"),
        (("cash", "deposit", 55000, 0), ("stripe", "full", 55000, 0), "beyond_bill"),
        (("cash", "deposit", 55000, 0), CARD_BALANCE, "beyond_bill"),
        (("zelle", "balance", 20000, 0), ("zelle", "balance", 20000, -20), "same_again"),
        (("zelle", "balance", 20000, 0), ("cash", "balance", 20000, -1), "same_again"),
    ],
)
def test_two_for_one_purpose(booking: Booking, first: Came, second: Came, why: str):
    earlier = come(booking, first)
    assert asked() == []

    later = come(booking, second)

    question = Attention.objects.get()
    assert (question.kind, question.booking, question.payment, question.key) == (
        "duplicate_payment",
        booking,
        later,
        f"duplicate_payment:{later.pk}",
    )
    assert question.facts == {
        "reason": why,
        "amount": later.amount,
        "paid": first[2] + second[2],
        "total": 55000,
        "payment": {
            "id": str(later.pk),
            "payment_type": later.payment_type,
            "method": later.method,
            "amount": later.amount,
            "succeeded_at": told(later),
        },
        "other": {
            "id": str(earlier.pk),
            "payment_type": earlier.payment_type,
            "method": earlier.method,
            "amount": earlier.amount,
            "succeeded_at": told(earlier),
        },
    }


@pytest.mark.parametrize("order", sorted(permutations([CARD_DEPOSIT, *[CARD_BALANCE] * 2])))
def test_a_balance_paid_twice_in_whatever_order_it_is_told(
    booking: Booking, order: tuple[Came, ...]
):
    for came in order:
        come(booking, came)

    assert [why for why, _ in asked()] == ["beyond_bill"]


@pytest.mark.parametrize(
    "payments",
    [
        [CARD_DEPOSIT, CARD_BALANCE],
        [CARD_BALANCE, CARD_DEPOSIT],
        [ZELLE_DEPOSIT, ("zelle", "balance", 45000, 0)],
        # A tip, as large as the bill or as another.
        [CARD_DEPOSIT, CARD_BALANCE, ("stripe", "gratuity", 10000, 0)],
        [("cash", "gratuity", 5000, 0), ("cash", "gratuity", 5000, 0)],
        # In parts, all of them within the bill.
        [("zelle", "deposit", 6000, 0), ("zelle", "deposit", 7000, 0)],
        [ZELLE_DEPOSIT, ("zelle", "balance", 20000, 0), ("zelle", "balance", 25000, 0)],
        [("zelle", "balance", 20000, 0), ("zelle", "balance", 20000, -25)],
        # The card pays what is left, which happens to be as much.
        [("zelle", "balance", 27500, 0), ("stripe", "balance", 27500, 0)],
    ],
)
def test_what_is_no_duplicate(booking: Booking, payments: list[Came]):
    for came in payments:
        come(booking, came)

    assert asked() == []


@pytest.mark.parametrize("method", ["stripe", "zelle"])
def test_guests_added_later_are_paid_for_again(booking: Booking, method: str):
    come(booking, CARD_DEPOSIT)
    come(booking, CARD_BALANCE)
    Booking.objects.update(total=88000)

    come(booking, (method, "balance", 33000, 0))

    assert asked() == []


def test_told_again_and_again_it_asks_once(booking: Booking):
    first, second = come(booking, CARD_DEPOSIT), come(booking, CARD_DEPOSIT)
    for payment in (second, first, second):
        tell_again(payment)

    assert asked() == [("second_deposit", 10000)]


def tell_again(payment: Payment) -> None:
    payment.refresh_from_db()
    intent: stripe.Json = {
        "id": payment.stripe_payment_intent_id,
        "status": "succeeded",
        "amount_received": payment.amount,
        "currency": "usd",
        "latest_charge": payment.stripe_charge_id,
        "metadata": {},
    }
    apply_payment_intent(intent, as_of=timezone.now(), now=timezone.now())


def test_each_one_too_many_asks_for_itself(booking: Booking):
    come(booking, CARD_DEPOSIT)
    come(booking, CARD_BALANCE)
    refunded(come(booking, CARD_BALANCE), amount=45000)

    come(booking, CARD_BALANCE)
    come(booking, CARD_DEPOSIT)

    assert asked() == [
        ("beyond_bill", 45000),
        ("beyond_bill", 45000),
        ("beyond_bill", 10000),
    ]


def test_nothing_goes_back_by_itself(booking: Booking):
    come(booking, CARD_DEPOSIT)
    second = come(booking, CARD_DEPOSIT)

    booking.refresh_from_db()
    assert (second.refunds.count(), booking.paid, booking.status) == (0, 20000, "confirmed")


def test_a_deposit_after_one_that_went_back_is_the_deposit(booking: Booking):
    refunded(come(booking, CARD_DEPOSIT), amount=10000)

    come(booking, CARD_DEPOSIT)

    assert asked() == []
