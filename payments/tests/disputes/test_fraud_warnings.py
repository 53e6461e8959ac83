"""Early fraud warnings: heard of in any order, refunded or kept by a person, once."""

import pytest
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.ids import uuid7
from payments.errors import AlreadyDecided, RefundOverLimit
from payments.models import Attention, EarlyFraudWarning, Payment
from payments.services.attempts import Wanted
from payments.services.fraud_warnings import keep_warned, refund_warned
from payments.services.intents import refresh_payment
from payments.services.start import start_payment
from payments.tests import stripe_world as stripe
from payments.tests.disputes.world import warned
from payments.tests.services.test_refunds import made_at_stripe, paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def manager() -> User:
    return UserFactory(role="manager")


def known() -> list[tuple[str, bool]]:
    return list(EarlyFraudWarning.objects.values_list("fraud_type", "actionable"))


def asked() -> list[tuple[str, str, int]]:
    """Return the questions: what each is about, what was decided, and how much it is about."""
    found = Attention.objects.filter(kind=Attention.Kind.EARLY_FRAUD_WARNING)
    return [(each.kind, each.decision, each.facts["amount"]) for each in found]


def refund(actor: User, **more):
    return refund_warned(
        warning_id=EarlyFraudWarning.objects.get().pk,
        actor=actor,
        now=timezone.now(),
        **{"refund_id": uuid7()} | more,
    )


def test_a_warning_asks_once_however_often_we_hear_it():
    payment = warned()
    stripe.deliver()
    assert known() == [("misc", True)]
    assert asked() == [("early_fraud_warning", "", 10000)]
    assert Attention.objects.get().payment == payment


def test_one_that_comes_before_its_payment_is_not_lost():
    # On Stripe's page: which PaymentIntent it is, we learn when it is paid.
    booking = BookingFactory()
    wanted = Wanted(booking_id=booking.pk, user=UserFactory(), surface=Payment.Surface.CHECKOUT)
    started = start_payment(wanted, now=timezone.now())
    page = f"payment_pages/{started.stripe_object['id']}/confirm"
    stripe.call("POST", page, payment_method="pm_card_createIssuerFraudRecord")

    stripe.deliver(*stripe.events("radar.early_fraud_warning.created"))
    assert (known(), asked()) == ([], [])
    stripe.deliver()
    refresh_payment(payment_id=started.payment.pk, now=timezone.now())

    assert known() == [("misc", True)]
    assert asked() == [("early_fraud_warning", "", 10000)]


def test_backwards_it_ends_as_stripe_says_and_asks_nothing(manager):
    payment = paid("pm_card_createIssuerFraudRecord")
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id)
    stripe.deliver(*stripe.events()[::-1])
    assert (known(), asked()) == ([("misc", False)], [])


def test_one_of_somebody_elses_payment_is_left_alone(sandbox):
    intent = stripe.call(
        "POST",
        "payment_intents",
        amount=500,
        currency="usd",
        confirm="true",
        payment_method="pm_card_createIssuerFraudRecord",
        return_url="https://example.com",
    )
    stripe.deliver()
    assert intent["status"] == "succeeded"
    assert (known(), stripe.inbox_states() - {"processed", "ignored"}) == ([], set())


def test_refunded_now_nothing_is_left_to_dispute(manager):
    payment = warned()
    made = refund(manager, notes="Never heard of")

    assert (made.status, made.reason, made.amount) == ("succeeded", "fraudulent", 10000)
    assert made_at_stripe() == [10000]
    assert asked() == [("early_fraud_warning", "refunded", 10000)]
    stripe.deliver()
    assert known() == [("misc", False)]
    assert ("refund", -10000) in stripe.ledger_of(payment)
    assert Booking.objects.get().paid == 0


def test_refunded_twice_with_the_same_form_moves_money_once(manager):
    warned()
    first = refund(manager)
    with pytest.raises(AlreadyDecided, match="refunded"):
        refund(manager, refund_id=first.pk)
    assert made_at_stripe() == [10000]


def test_kept_with_a_reason_the_question_is_closed(manager):
    warned()
    warning = EarlyFraudWarning.objects.get()
    with pytest.raises(InvalidInput):
        keep_warned(warning_id=warning.pk, note=" ", actor=manager, now=timezone.now())
    keep_warned(warning_id=warning.pk, note="My aunt", actor=manager, now=timezone.now())
    stripe.deliver()
    question = Attention.objects.get()
    assert (question.decision, question.note, question.closed_by) == ("kept", "My aunt", manager)
    with pytest.raises(AlreadyDecided, match="kept"):
        refund(manager)
    assert made_at_stripe() == []


def test_who_may_not_decide_or_refund_so_much_is_refused(manager):
    warned()
    with pytest.raises(NotAllowed):
        refund(UserFactory(role="support"))
    assert (asked()[0][1], made_at_stripe()) == ("", [])


def test_above_their_limit_a_manager_leaves_it_to_finance(manager):
    paid("pm_card_createIssuerFraudRecord", payment_type="full")
    stripe.deliver()
    with pytest.raises(RefundOverLimit):
        refund(manager)
    assert (asked(), made_at_stripe()) == ([("early_fraud_warning", "", 55000)], [])
    assert refund(UserFactory(role="finance")).status == "succeeded"
    assert asked() == [("early_fraud_warning", "refunded", 55000)]
