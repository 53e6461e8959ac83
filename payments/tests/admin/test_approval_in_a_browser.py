"""A refund above the limit in Chromium: asked for by a manager, approved by finance."""

from typing import Any

import pytest
from django.test import Client

from customers.tests.factories import UserFactory
from payments.models import Attention, Refund
from payments.tests import stripe_world as stripe
from payments.tests.refunds.world import paid_in_full
from payments.tests.services.test_refunds import made_at_stripe, paid_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def enter(live_server, page):
    """`enter("manager")` leaves whoever is at the browser for somebody of that role."""

    def log_in(role: str) -> Any:
        somebody = Client()
        somebody.force_login(UserFactory(role=role))
        page.context.clear_cookies()
        session = somebody.cookies["sessionid"].value
        cookie = {"name": "sessionid", "value": session, "url": live_server.url}
        page.context.add_cookies([cookie])
        return page

    return log_in


def fits(page: Any) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def comes(page: Any, selector: str) -> bool:
    """Look again for a while: the second click is answered while the first still asks Stripe."""
    for _ in range(60):
        if page.locator(selector).count():
            return True
        page.wait_for_timeout(250)
        page.reload()
    return False


def test_a_refund_above_the_limit_is_asked_for_approved_and_moves_the_money(live_server, enter):
    payment = paid_in_full()
    page = enter("manager")
    page.goto(f"{live_server.url}/admin/payments/payment/{payment.pk}/change/")
    page.get_by_role("link", name="Refund…").click()
    page.get_by_label("Amount in dollars").fill("520.00")
    page.get_by_label("Note").fill("The party was rained out.")
    page.get_by_role("button", name="Continue…").click()
    page.get_by_role("button", name="Ask finance to refund $520.00").click()
    page.get_by_text("The refund of $520.00 waits for approval by finance.").wait_for()
    assert made_at_stripe() == []

    page = enter("finance")
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/admin/payments/refund/?to_do=approve")
    assert fits(page)
    page.locator("#result_list tbody th a").click()
    page.get_by_role("link", name="Approve…").click()
    page.get_by_text("The party was rained out.").wait_for()
    assert fits(page)
    page.get_by_role("button", name="Continue…").click()
    page.get_by_role("heading", name="Approve the refund of $520.00?").wait_for()
    assert fits(page)
    page.get_by_role("button", name="Refund $520.00").dblclick()
    page.wait_for_url("**/change/")
    assert comes(page, ".state--succeeded")

    stripe.deliver()
    assert made_at_stripe() == [52000]
    assert (Refund.objects.get().approval, paid_of(payment)) == ("approved", 3000)


def test_what_a_dashboard_refund_makes_of_the_bill_is_decided_on_a_phone(live_server, enter):
    payment = paid_in_full()
    stripe.call("POST", "refunds", payment_intent=payment.stripe_payment_intent_id, amount=5000)
    stripe.deliver()
    page = enter("manager")
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/admin/bookings/booking/{payment.booking_id}/change/")
    page.get_by_role("link", name="Refunded in Stripe's dashboard", exact=True).click()
    page.get_by_role("link", name="Decide…").click()
    page.get_by_label("Lower the bill by $50.00, as goodwill").check()
    assert fits(page)
    page.get_by_role("button", name="Continue…").click()
    page.get_by_role("button", name="Yes, decide so").click()
    page.get_by_text("Decided.").wait_for()

    assert Attention.objects.get().decision == "bill_lowered"
    payment.booking.refresh_from_db()
    assert (payment.booking.total, payment.booking.balance) == (50000, 0)
