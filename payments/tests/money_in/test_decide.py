"""Money that names no booking: what it may be for, and a person's word about it."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from myhibachi.core.errors import DomainError, InvalidInput, NotAllowed
from payments.errors import AlreadyDecided, MoreThanOwed, NeedsAPerson
from payments.models import MoneyIn, Payment
from payments.services.manual import record_manual_payment
from payments.services.money_in.decide import (
    bring_back,
    ignore,
    link_to_payment,
    record_on_booking,
)
from payments.services.money_in.suggest import suggestions
from payments.tests.money_in.statements import import_all, money_of, statement

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def support():
    return UserFactory(role="support")


def line(row: str) -> MoneyIn:
    """Import one line that stays in the inbox, and return it."""
    import_all(statement(row))
    made: MoneyIn = MoneyIn.objects.get(status="unmatched")
    return made


def record(money: MoneyIn, booking: Booking, actor, **how) -> MoneyIn:
    return record_on_booking(
        money_in_id=money.pk, booking_id=booking.pk, actor=actor, now=timezone.now(), **how
    )


def named(name: str, **fields) -> Booking:
    made: Booking = BookingFactory(customer__name=name, **fields)
    return made


def test_the_likeliest_comes_first_and_says_why():
    jane = named("Jane Doe")
    lee = named("Lee Park")
    named("Somebody Else", paid=55000, status="confirmed")
    [found] = suggestions([line("JANE M DOE,100.00,hibachi party")])
    assert [(each.booking, each.score, each.reasons) for each in found] == [
        (jane, 86, (
            "It comes from “JANE M DOE”, as Jane Doe would.",
            "$100.00 is the deposit that is due.",
            "It came within a week of the booking.",
        )),
        (lee, 50, (
            "$100.00 is the deposit that is due.",
            "It came within a week of the booking.",
        )),
    ]  # fmt: skip


def test_an_email_a_phone_and_a_reference_without_its_letter_are_told():
    by_mail = named("Ann Lee", contact_email="ann@example.com")
    by_phone = named("Bob Ray", contact_phone="+1 (510) 555-0142")
    by_letters = named("Cat Fox")
    memo = f"ann@example.com 510.555.0142 {by_letters.reference[2:].lower()}"
    [found] = suggestions([line(f"Zed,7.00,{memo}")])
    assert {each.booking: each.reasons[0] for each in found} == {
        by_letters: f"It says {by_letters.reference[2:]}.",
        by_mail: "It says ann@example.com.",
        by_phone: "It says 5105550142.",
    }
    assert found[0].booking == by_letters


def test_what_is_paid_or_long_ago_is_not_suggested():
    long_ago = timezone.localdate() - dt.timedelta(90)
    named("Jane Doe", paid=55000, status="confirmed")
    named("Jane Doe", date=long_ago, status="completed")
    named("Jane Doe", status="canceled", seat=None)
    assert suggestions([line("Jane Doe,100.00,x")]) == [()]


def test_a_person_records_a_suggestion_once(support):
    booking, money = named("Jane Doe"), line("Jane Doe,100.00,x")
    for _ in range(2):
        record(money, booking, support)
    money.refresh_from_db()
    assert (money.status, money.booking, money.decided_by) == ("recorded", booking, support)
    assert money_of(booking) == ("confirmed", 10000, [("zelle", "deposit", 10000)])


def test_two_people_at_once_and_one_of_them_is_told(support):
    first, second = named("Jane Doe"), named("Jane Doe")
    money, other = line("Jane Doe,100.00,x"), UserFactory(role="manager")

    def decide(choice) -> str:
        booking, person = choice
        try:
            record(money, booking, person)
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "recorded"

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(decide, [(first, support), (second, other)]))

    assert sorted(said) == ["already_decided", "recorded"]
    assert sorted(money_of(each)[1] for each in (first, second)) == [0, 10000]
    assert Payment.objects.count() == 1


def test_more_than_is_owed_is_refused_unless_the_rest_is_a_gratuity(support):
    booking, money = named("Jane Doe"), line("Jane Doe,600.00,x")
    with pytest.raises(MoreThanOwed):
        record(money, booking, support)
    assert MoneyIn.objects.get().status == "unmatched"

    with pytest.raises(NeedsAPerson):
        record(money, booking, support, tip_the_rest=4000)
    record(money, booking, support, tip_the_rest=5000)

    assert money_of(booking) == (
        "confirmed", 55000, [("zelle", "gratuity", 5000), ("zelle", "deposit", 55000)],
    )  # fmt: skip
    assert MoneyIn.objects.get(payment__amount=55000).status == "recorded"


def test_all_of_it_may_be_a_gratuity(support):
    booking, money = named("Jane Doe"), line("Jane Doe,80.00,x")
    record(money, booking, support, as_tip=True)
    assert money_of(booking) == ("pending", 0, [("zelle", "gratuity", 8000)])


def test_money_for_a_canceled_booking_is_kept_as_late_money_by_a_persons_word(support):
    booking = named("Jane Doe", status="canceled", seat=None)
    record(line(f"Jane Doe,100.00,{booking.reference}"), booking, support)
    assert money_of(booking)[:2] == ("canceled", 10000)
    assert booking.late_money


def test_ignored_money_needs_a_reason_and_comes_back(support):
    money, booking = line("Mom,25.00,lunch"), named("Jane Doe")
    how = {"money_in_id": money.pk, "actor": support, "now": timezone.now()}
    with pytest.raises(InvalidInput):
        ignore(note=" ", **how)
    ignore(note="Not a customer.", **how)
    for again in (lambda: ignore(note="x", **how), lambda: record(money, booking, support)):
        with pytest.raises(AlreadyDecided):
            again()
    import_all(statement("Mom,25.00,lunch"))
    assert MoneyIn.objects.get().status == "ignored"

    bring_back(**how)

    assert (MoneyIn.objects.get().status, MoneyIn.objects.get().note) == ("unmatched", "")
    with pytest.raises(AlreadyDecided):
        bring_back(**how)


def test_money_may_be_a_payment_that_was_recorded_by_hand(support):
    booking = named("Jane Doe")
    payment = record_manual_payment(
        booking_id=booking.pk, method="zelle", amount=10000, actor=support, now=timezone.now()
    )
    money, other = line(f"Jane Doe,100.00,{booking.reference}"), UserFactory(role="finance")
    is_it = partial(link_to_payment, payment_id=payment.pk, actor=other, now=timezone.now())
    for _ in range(2):
        is_it(money_in_id=money.pk)
    money.refresh_from_db()
    assert (money.status, money.payment, money.booking) == ("recorded", payment, booking)
    assert money_of(booking) == ("confirmed", 10000, [("zelle", "deposit", 10000)])

    with pytest.raises(AlreadyDecided):
        is_it(money_in_id=line("Jane Doe,100.00,again").pk)


def test_a_payment_of_another_amount_is_not_this_money(support):
    booking = named("Jane Doe")
    payment = record_manual_payment(
        booking_id=booking.pk, method="zelle", amount=9000, actor=support, now=timezone.now()
    )
    with pytest.raises(InvalidInput):
        link_to_payment(
            money_in_id=line("Jane Doe,100.00,x").pk, payment_id=payment.pk,
            actor=support, now=timezone.now(),
        )  # fmt: skip


def test_customers_decide_nothing():
    booking, money = named("Jane Doe"), line("Jane Doe,100.00,x")
    with pytest.raises(NotAllowed):
        record(money, booking, UserFactory())
