"""Setting two-factor up, and logging in with it, as people do."""

import re

import pytest

from customers.models import User
from customers.tests.factories import PASSWORD, UserFactory
from customers.tests.second_step import code

pytestmark = pytest.mark.django_db(transaction=True)


def log_in(page, address: str, user: User) -> None:
    page.goto(address + "/admin/bookings/booking/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_set_up_then_a_code_then_a_recovery_code(
    live_server, page, complaints, axe_findings, settings
):
    settings.STAFF_TWO_FACTOR = "required"
    page.set_viewport_size({"width": 360, "height": 700})
    user = UserFactory(role="support")
    log_in(page, live_server.url, user)

    page.get_by_role("heading", name="Set up two-factor").wait_for()
    assert page.evaluate("document.querySelector('.qr').naturalWidth") > 100
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    serious = axe_findings()
    key = re.sub(r"\s", "", page.get_by_label("Key").inner_text())
    page.get_by_label("Code").fill(code(key=key, steps=-1))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Two-factor is on").wait_for()
    recovery = page.get_by_label("Recovery codes").inner_text().split()
    assert len(recovery) == 10
    serious += axe_findings()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("heading", name="Bookings", exact=True, level=1).wait_for()

    page.context.clear_cookies()
    log_in(page, live_server.url, user)
    page.get_by_label("Code").fill(code(key=key))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Bookings", exact=True, level=1).wait_for()

    page.context.clear_cookies()
    log_in(page, live_server.url, user)
    page.get_by_role("link", name="Use a recovery code instead").click()
    serious += axe_findings()
    page.get_by_label("Recovery code").fill(recovery[3].lower())
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Bookings", exact=True, level=1).wait_for()

    page.get_by_role("link", name="Your account").click()
    page.get_by_text("9 recovery codes left").wait_for()
    serious += axe_findings()
    assert (serious, complaints) == ([], [])
