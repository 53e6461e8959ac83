"""What asks for attention in the admin: the list, the facts, and the decisions."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import Attention, EarlyFraudWarning
from payments.services import attention
from payments.tests import stripe_world as stripe
from payments.tests.admin.test_refund_page import words
from payments.tests.disputes.world import disputed, warned
from payments.tests.refunds.world import failed, paid_in_full

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
CONFIRMED = {"confirmed": "yes"}


@pytest.fixture
def manager(staff):
    return staff("manager")


@pytest.fixture
def question() -> Attention:
    """A refund of $50.00 that somebody made in Stripe's dashboard."""
    payment = paid_in_full()
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=5000)
    stripe.deliver()
    return Attention.objects.get()


def address(question: Attention) -> str:
    return reverse("admin:payments_attention_decide", args=[question.pk])


def change_page(question: Attention) -> str:
    return reverse("admin:payments_attention_change", args=[question.pk])


def on_the_booking(browser, question: Attention):
    page = reverse("admin:bookings_booking_change", args=[question.booking_id])
    return browser.get(page).content.decode()


def test_a_refund_made_in_the_dashboard_is_decided_after_a_question(manager, question):
    booking = on_the_booking(manager, question)
    assert (change_page(question) in booking, "Waits for a decision" in booking) == (True, True)
    assert address(question) in manager.get(change_page(question)).content.decode()
    page = manager.get(address(question))
    assert "Lower the bill by $50.00, as goodwill" in words(page)
    assert "Amount : $50.00" in words(page)
    cancel = reverse("admin:bookings_booking_cancel", args=[question.booking_id])
    assert cancel in page.content.decode()

    typed = {"decision": "bill_lowered", "note": "A cold grill."}
    asked = words(manager.post(address(question), typed))
    assert "Lower the bill by $50.00, as goodwill?" in asked
    assert Booking.objects.get().total == 55000
    done = manager.post(address(question), typed | CONFIRMED, follow=True)

    assert "Decided." in words(done)
    assert (Booking.objects.get().total, Booking.objects.get().balance) == (50000, 0)
    assert "Waits for a decision" not in on_the_booking(manager, question)
    assert "It was decided: bill lowered" in words(manager.get(address(question)))
    again = manager.post(address(question), typed | CONFIRMED)
    assert "It was decided already: bill lowered." in words(again)
    assert Booking.objects.get().total == 50000


def test_any_kind_is_noted_with_a_reason(manager):
    booking = BookingFactory()
    attention.ask(
        Attention.Kind.UNPROVEN,
        about="x",
        booking_id=booking.pk,
        facts={"what": "paid", "kept": 100, "proven": 200},
        now=timezone.now(),
    )
    question = Attention.objects.get()
    typed = {"decision": "noted", "note": ""}
    asked = manager.post(address(question), typed)
    said = ["Say what was found, or why nothing is to be done."]
    assert asked.context["form"].errors == {"note": said}

    manager.post(address(question), typed | {"note": "Restored by hand."} | CONFIRMED)

    question.refresh_from_db()
    assert (question.decision, question.note) == ("noted", "Restored by hand.")


def test_each_kind_leads_to_where_the_rest_is_done(manager, sandbox):
    dispute, payment = disputed(), warned()
    refund = failed(sandbox, UserFactory(role="manager"))
    pages = {
        each.kind: manager.get(address(each)).content.decode() for each in Attention.objects.all()
    }
    assert set(pages) == {"dispute", "early_fraud_warning", "refund_failed"}
    warning = EarlyFraudWarning.objects.get(payment=payment)
    for kind, name, pk in (
        ("dispute", "payments_dispute_change", dispute.pk),
        ("early_fraud_warning", "payments_earlyfraudwarning_decide", warning.pk),
        ("refund_failed", "payments_refund_another_way", refund.pk),
    ):
        assert reverse(f"admin:{name}", args=[pk]) in pages[kind]


def test_the_list_has_the_open_ones_first_and_filters(manager, question):
    booking = BookingFactory()
    for about in "ab":
        attention.ask(
            Attention.Kind.UNPROVEN, about=about, booking_id=booking.pk, now=timezone.now()
        )
    Attention.objects.filter(key__endswith=":a").update(closed_at=timezone.now(), decision="proven")
    page = reverse("admin:payments_attention_changelist")

    def kinds(**wanted: str) -> list[tuple[str, bool]]:
        found = manager.get(page, wanted).context["cl"].result_list
        return [(row.kind, row.closed_at is None) for row in found]

    refunded, unproven = ("external_refund", True), ("unproven", True)
    assert kinds() == [refunded, unproven, ("unproven", False)]
    assert kinds(state="open") == [refunded, unproven]
    assert kinds(state="decided") == [("unproven", False)]
    assert kinds(kind__exact="external_refund") == [refunded]
    assert kinds(q="50.00") == [refunded]
    assert kinds(q=booking.reference) == [unproven, ("unproven", False)]


def test_support_reads_and_decides_nothing(staff, question):
    support = staff("support")
    assert support.post(address(question), {"decision": "owed_again"}).status_code == 403
    assert address(question) not in support.get(change_page(question)).content.decode()
