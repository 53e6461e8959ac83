"""Differences in the admin: seen by all staff, mended by some, after a question."""

import re

import pytest
from django.urls import reverse

from bookings.models import Booking
from myhibachi.core.models import AuditEntry
from payments.models import Difference, ReconcileRun
from payments.tests import stripe_world as stripe
from payments.tests.reconcile import world
from payments.tests.services.test_refunds import paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def difference() -> Difference:
    """A booking that says too much was paid."""
    payment = paid()
    stripe.deliver()
    Booking.objects.filter(pk=payment.booking_id).update(paid=99900)
    world.reconcile()
    return Difference.objects.get()


def page(found: Difference, name: str = "change") -> str:
    return reverse(f"admin:payments_difference_{name}", args=[found.pk])


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.parametrize(("role", "may"), [("support", False), ("finance", True)])
def test_all_staff_see_it_and_some_are_offered_to_mend_it(staff, difference, role, may):
    browser = staff(role)
    listed = words(browser.get(reverse("admin:payments_difference_changelist")))
    assert "says $999.00 was paid, the ledger $100.00" in listed
    assert (page(difference, "mend") in browser.get(page(difference)).content.decode()) == may
    assert browser.get(page(difference, "mend")).status_code == (200 if may else 403)
    assert browser.post(page(difference, "mend")).status_code == (302 if may else 403)
    difference.refresh_from_db()
    assert (difference.closed_at is not None) == may


def test_it_is_mended_after_a_question_and_leaves_the_list(admin, difference):
    asked = words(admin.get(page(difference, "mend")))
    assert "Compute the booking's total from the ledger again." in asked.replace("&#x27;", "'")
    assert Booking.objects.get(pk=difference.booking_id).paid == 99900

    done = admin.post(page(difference, "mend"), follow=True)

    assert "Mended." in words(done)
    assert Booking.objects.get(pk=difference.booking_id).paid == 10000
    entry = AuditEntry.objects.get(action="difference.mended")
    assert (entry.object_id, entry.changes["outcome"]) == (str(difference.pk), "mended")
    assert entry.actor is not None
    lists = reverse("admin:payments_difference_changelist")
    assert "was paid, the ledger" not in words(admin.get(lists))
    assert "was paid, the ledger" in words(admin.get(f"{lists}?state=closed"))


def test_the_runs_are_listed(admin, difference):
    run = ReconcileRun.objects.get()
    assert "payment_intent" in words(
        admin.get(reverse("admin:payments_reconcilerun_change", args=[run.pk]))
    )
    assert admin.get(reverse("admin:payments_reconcilerun_changelist")).status_code == 200
