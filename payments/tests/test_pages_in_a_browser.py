"""The page after Checkout looks again by itself, and says so once the money is there."""

import pytest
from playwright.sync_api import expect

from payments.models import Payment
from payments.tests.factories import PaymentFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_waits_quietly_and_tells_once_there_is_something_to_tell(page, live_server, complaints):
    payment = PaymentFactory(stripe_checkout_session_id="cs_slow")
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    page.goto(f"{live_server.url}/pay/success?session_id=cs_slow")
    with page.expect_response("**try=1"):
        expect(page.get_by_role("heading", name="One moment, please")).to_be_visible()
    assert len(loads) == 1

    Payment.objects.filter(pk=payment.pk).update(status="failed")

    expect(page.get_by_role("heading", level=1)).not_to_have_text("One moment, please")
    assert (len(loads), complaints) == (2, [])
