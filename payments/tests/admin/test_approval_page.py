"""Approving a refund in the admin, and paying a failed one back another way."""

import pytest
from django.urls import reverse

from customers.tests.factories import UserFactory
from payments.models import Refund
from payments.tests.admin.test_refund_page import words
from payments.tests.refunds.world import ask, failed, paid_in_full
from payments.tests.services.test_refunds import made_at_stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
CONFIRMED = {"confirmed": "yes"}


@pytest.fixture
def finance(staff):
    return staff("finance")


@pytest.fixture
def waiting() -> Refund:
    return ask(paid_in_full(), 55000, UserFactory(role="manager"), notes="Rain.")


def address(refund: Refund, page: str = "approval") -> str:
    return reverse(f"admin:payments_refund_{page}", args=[refund.pk])


def change_page(refund: Refund) -> str:
    return reverse("admin:payments_refund_change", args=[refund.pk])


def test_approved_after_a_question_the_money_leaves_once(finance, waiting):
    page = finance.get(change_page(waiting))
    assert address(waiting) in page.content.decode()
    assert "Waits for approval" in words(page)
    assert "Rain." in words(finance.get(address(waiting)))

    typed = {"outcome": "approve", "reason": ""}
    assert "Approve the refund of $550.00?" in words(finance.post(address(waiting), typed))
    assert made_at_stripe() == []
    done = [finance.post(address(waiting), typed | CONFIRMED, follow=True) for _ in range(2)]

    assert all("$550.00 refunded." in words(each) for each in done)
    assert made_at_stripe() == [55000]
    assert address(waiting) not in finance.get(change_page(waiting)).content.decode()
    assert "There is nothing to approve" in words(finance.get(address(waiting)))


def test_not_approved_with_a_reason(finance, waiting):
    typed = {"outcome": "reject", "reason": ""}
    asked = finance.post(address(waiting), typed)
    assert asked.context["form"].errors == {"reason": ["Say why it is not approved."]}

    done = finance.post(address(waiting), typed | {"reason": "He ate."} | CONFIRMED, follow=True)

    assert "The refund is not approved: its money is free again." in words(done)
    assert "Not approved" in words(finance.get(change_page(waiting)))
    assert made_at_stripe() == []


def test_who_asked_is_told_that_somebody_else_decides(client, waiting):
    asker = waiting.requested_by
    asker.groups.set(UserFactory(role="finance").groups.all())
    client.force_login(asker)
    assert "somebody else has to decide" in words(client.get(address(waiting)))
    typed = {"outcome": "approve", "reason": ""} | CONFIRMED
    assert "somebody else has to decide" in words(client.post(address(waiting), typed))
    assert made_at_stripe() == []


def test_a_manager_approves_nothing(staff, waiting):
    manager = staff("manager")
    assert manager.post(address(waiting), {"outcome": "approve"} | CONFIRMED).status_code == 403
    assert address(waiting) not in manager.get(change_page(waiting)).content.decode()


def test_the_list_shows_what_is_to_approve(finance, waiting):
    ask(paid_in_full(), 100, waiting.requested_by)
    page = finance.get(reverse("admin:payments_refund_changelist"), {"to_do": "approve"})
    assert [row.pk for row in page.context["cl"].result_list] == [waiting.pk]


def test_a_failed_refund_leads_to_where_it_is_paid_back_another_way(staff, sandbox):
    manager = staff("manager")
    first = failed(sandbox, UserFactory(role="manager"))
    page = manager.get(change_page(first))
    assert "Reversed by the bank" in words(page)
    assert address(first, "another_way") in page.content.decode()

    asked = words(manager.get(address(first, "another_way")))
    assert "Pay the $40.00 back another way?" in asked
    done = manager.post(address(first, "another_way"), CONFIRMED)

    second = Refund.objects.get(by_hand=True)
    assert done.url == address(second, "paid_back")
    shown = words(manager.get(change_page(first)))
    assert "Refund of $40.00" in shown
    assert address(first, "another_way") not in manager.get(change_page(first)).content.decode()
    assert "To be paid back by hand" in words(manager.get(change_page(second)))
    booking = reverse("admin:bookings_booking_change", args=[first.payment.booking_id])
    assert "Reversed by the bank" in words(manager.get(booking))
