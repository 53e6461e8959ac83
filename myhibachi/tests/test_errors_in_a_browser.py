"""What people see where something is wrong: readable as any page, in our look, with a way back."""

import pytest
from playwright.sync_api import expect

from bookings.links import token
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from customers.tests.second_step import code, with_app
from myhibachi.tests.eyes import DARK_PHONE, LIGHT_DESKTOP, Eyes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eyes(page, live_server, complaints):
    return Eyes(page, live_server.url, complaints, (LIGHT_DESKTOP, DARK_PHONE))


@pytest.fixture
def log_in(client, page, live_server):
    """`log_in(user)` logs somebody in, in the browser too; with a code, if they have typed one."""

    def as_user(user, code=None):
        client.force_login(user)
        if code:
            client.post("/admin/two-factor/", {"code": code})
        session = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    return as_user


@pytest.mark.urls("myhibachi.tests.failing_urls")
@pytest.mark.parametrize("status", [400, 403, 404, 500])
@pytest.mark.parametrize(
    ("place", "back"), [("/admin", "Back to Today"), ("", "To our website")], ids=["staff", "guest"]
)
def test_an_error_s_page_leads_back(eyes, page, place, status, back):
    found = eyes.look(f"{place}/fails/{status}")

    assert [line for line in found if f"a status of {status}" not in line] == []
    expect(page.get_by_role("link", name=back)).to_be_visible()


def test_staff_whose_form_is_out_of_date_find_back_to_today(log_in, page, live_server):
    log_in(UserFactory(role="admin"))
    page.goto(f"{live_server.url}/admin/customers/customer/add/")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="This form is out of date").wait_for()

    page.get_by_role("link", name="Back to Today").click()
    page.get_by_role("heading", name="Today", exact=True).wait_for()


def test_a_guest_whose_form_is_out_of_date_opens_the_page_again(eyes, page, live_server):
    page.goto(f"{live_server.url}/pay/b/{token(BookingFactory())}")
    page.context.clear_cookies()
    page.get_by_role("button", name="Pay deposit").click()
    page.get_by_role("heading", name="This form is out of date").wait_for()
    page.set_viewport_size({"width": 360, "height": 780})
    found = eyes.judge("The CSRF failure", ("light", 360, 780))

    assert [line for line in found if "a status of 403" not in line] == []
    page.get_by_role("link", name="Open the page again").click()
    page.get_by_role("heading", name="Your slot is held for you").wait_for()


def test_who_logs_in_with_a_wrong_password_or_code_can_read_that(eyes, log_in):
    found = eyes.look("/admin/login/")
    found += eyes.look_at_errors(typing="wrong")

    log_in(with_app(UserFactory(role="admin")))
    found += eyes.look("/admin/two-factor/") + eyes.look("/admin/two-factor/?recovery=1")
    found += eyes.look_at_errors(typing="wrong")

    assert found == []


def test_who_types_a_wrong_code_into_the_pages_of_two_factor_can_read_that(eyes, log_in):
    log_in(with_app(UserFactory(role="admin")), code())
    pages = ["/admin/two-factor/off/", "/admin/two-factor/codes/", "/admin/password_change/"]

    found = [line for address in pages for line in eyes.look(address)]
    found += eyes.look_at_errors(typing="wrong")

    assert found == []
