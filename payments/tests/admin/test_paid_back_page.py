"""Noting in the admin what staff have paid back themselves."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import LedgerEntry, Refund
from payments.services.refunds import refund_payment
from payments.tests.admin.test_cancel_page import words
from payments.tests.services.parties import pay_by_hand

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def refund(db) -> Refund:
    payment = pay_by_hand(BookingFactory(), amount=10000)
    return refund_payment(
        payment_id=payment.pk, amount=4000, actor=UserFactory(role="finance"), now=timezone.now()
    )


@pytest.fixture
def finance(staff):
    return staff("finance")


def address(refund: Refund) -> str:
    return reverse("admin:payments_refund_paid_back", args=[refund.pk])


def change_page(refund: Refund) -> str:
    return reverse("admin:payments_refund_change", args=[refund.pk])


def typed(**more: str) -> dict[str, str]:
    now = timezone.localtime()
    return {
        "outcome": "paid",
        "how": "zelle",
        "paid_back_at_0": f"{now:%Y-%m-%d}",
        "paid_back_at_1": f"{now:%H:%M}",
        "reference": "Z-9",
        "reason": "",
    } | more


def test_paid_back_after_a_question(finance, refund):
    assert address(refund) in finance.get(change_page(refund)).content.decode()
    page = finance.get(address(refund))
    assert page.context["form"]["how"].value() == "zelle"

    asked = finance.post(address(refund), typed())
    assert "Was $40.00 paid back?" in words(asked)
    assert not LedgerEntry.objects.filter(kind="refund").exists()
    hidden = asked.content.decode()
    assert 'type="hidden" name="paid_back_at_0"' in hidden

    done = [finance.post(address(refund), typed(confirmed="yes"), follow=True) for _ in range(2)]

    assert all("$40.00 is booked as paid back." in words(page) for page in done)
    assert LedgerEntry.objects.get(kind="refund").amount == -4000
    assert address(refund) not in finance.get(change_page(refund)).content.decode()
    assert "nothing is to be paid back" in words(finance.get(address(refund)))


def test_it_won_t_be_paid_back_with_a_reason(finance, refund):
    answer = finance.post(address(refund), typed(outcome="given_up"))
    assert answer.context["form"].errors == {"reason": ["Say why it is not paid back."]}

    given_up = typed(outcome="given_up", reason="A voucher.")
    assert "Won't the $40.00 be paid back?" in words(finance.post(address(refund), given_up))
    done = finance.post(address(refund), given_up | {"confirmed": "yes"}, follow=True)

    assert "Noted: the $40.00 won't be paid back." in words(done)
    refund.refresh_from_db()
    assert refund.status == "canceled"


def test_a_time_that_has_not_come_is_refused_beside_its_field(finance, refund):
    answer = finance.post(address(refund), typed(paid_back_at_0="2099-01-01", confirmed="yes"))
    assert answer.context["form"].errors == {"paid_back_at": ["This time has not come yet."]}


def test_the_list_shows_what_is_to_do(finance, refund):
    page = finance.get(reverse("admin:payments_refund_changelist"), {"to_do": "pay_back"})
    assert [row.pk for row in page.context["cl"].result_list] == [refund.pk]


def test_support_notes_nothing(staff, refund):
    support = staff("support")
    assert support.post(address(refund), typed(confirmed="yes")).status_code == 403
    assert address(refund) not in support.get(change_page(refund)).content.decode()
