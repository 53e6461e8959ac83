"""Refunds that staff pay back themselves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from myhibachi.core.errors import DomainError, InvalidInput, NotAllowed, NotFound
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry
from payments.errors import RefundRefused
from payments.models import LedgerEntry, Refund
from payments.queries.analytics import payment_analytics
from payments.queries.ledger import refundable
from payments.services.paid_back import give_up_refund, mark_paid_back
from payments.services.refunds import refund_payment
from payments.tests.factories import RefundFactory
from payments.tests.services.parties import pay_by_hand

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def finance(db):
    return UserFactory(role="finance")


@pytest.fixture
def to_do(finance) -> Refund:
    """A refund of 4000 of the 10000 that came by Zelle."""
    payment = pay_by_hand(BookingFactory(), amount=10000)
    return refund_payment(
        payment_id=payment.pk, amount=4000, reason="rain", actor=finance, now=timezone.now()
    )


def paid_of(refund: Refund) -> int:
    return Booking.objects.get(pk=refund.payment.booking_id).paid


def mark(refund: Refund, actor, **more) -> Refund:
    more.setdefault("how", "zelle")
    return mark_paid_back(refund_id=refund.pk, actor=actor, now=timezone.now(), **more)


def test_a_refund_of_what_came_by_hand_is_something_to_do(to_do):
    assert (to_do.status, to_do.awaiting_stripe) == ("pending", False)
    assert list(Refund.objects.to_pay_back()) == [to_do]
    assert (paid_of(to_do), refundable(to_do.payment)) == (10000, 6000)


def test_paid_back_it_is_booked_with_how_and_when(to_do, finance):
    at = timezone.now() - timedelta(days=1)

    mark(to_do, finance, how="venmo", reference="V-7", paid_back_at=at)

    to_do.refresh_from_db()
    assert (to_do.status, to_do.paid_back_by, to_do.paid_back_reference, to_do.paid_back_at) == (
        "succeeded", "venmo", "V-7", at,
    )  # fmt: skip
    entry = LedgerEntry.objects.get(kind="refund")
    assert (entry.cause, entry.amount, entry.occurred_at, entry.recorded_by) == (
        f"refund:manual:{to_do.pk}", -4000, at, finance,
    )  # fmt: skip
    assert (paid_of(to_do), refundable(to_do.payment)) == (6000, 6000)
    noted = AuditEntry.objects.get(action="refund.paid_back")
    assert (noted.actor, noted.changes) == (
        finance,
        {"how": "venmo", "reference": "V-7", "status": ["pending", "succeeded"]},
    )
    assert not Refund.objects.to_pay_back().exists()


def test_it_counts_among_the_refunds_with_its_reason(to_do, finance):
    mark(to_do, finance)
    today = timezone.localdate()
    (row,) = payment_analytics(today, today).refunds.by_reason
    assert (row.reason, row.count, row.amount) == ("rain", 1, 4000)


def test_the_same_again_is_one_and_another_way_is_refused(to_do, finance):
    mark(to_do, finance, reference="Z-1")
    assert mark(to_do, finance, reference="Z-1").status == "succeeded"
    with pytest.raises(RefundRefused, match="paid back by Zelle already"):
        mark(to_do, finance, how="cash")
    assert LedgerEntry.objects.filter(kind="refund").count() == 1


def test_a_double_click_books_it_once(to_do, finance):
    def click(_: int) -> str:
        try:
            return mark(to_do, finance).status
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(click, range(4))) == ["succeeded"] * 4
    assert LedgerEntry.objects.filter(kind="refund").count() == 1


def test_it_won_t_be_paid_back_and_stays_in_the_books(to_do, finance):
    with pytest.raises(InvalidInput):
        give_up_refund(refund_id=to_do.pk, reason="", actor=finance, now=timezone.now())

    give_up_refund(refund_id=to_do.pk, reason="A voucher.", actor=finance, now=timezone.now())

    to_do.refresh_from_db()
    assert (to_do.status, to_do.failure_reason) == ("canceled", "not_paid_back")
    assert (paid_of(to_do), refundable(to_do.payment)) == (10000, 10000)
    assert AuditEntry.objects.get(action="refund.given_up").note == "A voucher."
    with pytest.raises(RefundRefused, match="nothing is to be paid back"):
        mark(to_do, finance)


def test_what_came_by_card_goes_back_through_stripe(finance):
    with pytest.raises(RefundRefused, match="through Stripe"):
        mark(RefundFactory(), finance)


def test_who_and_what_is_refused(to_do, finance):
    with pytest.raises(NotAllowed):
        mark(to_do, UserFactory(role="support"))
    with pytest.raises(InvalidInput):
        mark(to_do, finance, how="stripe")
    with pytest.raises(InvalidInput):
        mark(to_do, finance, paid_back_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(NotFound):
        mark_paid_back(refund_id=uuid7(), how="cash", actor=finance, now=timezone.now())


def test_the_database_takes_no_half_of_it(to_do):
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=to_do.pk).update(paid_back_by="zelle")
