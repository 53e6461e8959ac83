"""Logging in to the admin with a second step, and without one where it is required."""

import re

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from customers.models import TwoFactor, User
from customers.services import two_factor
from customers.tests.factories import PASSWORD, CustomerFactory, UserFactory
from customers.tests.second_step import RECOVERY, code, with_app
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db
ASK, SET_UP, ACCOUNT = "/admin/two-factor/", "/admin/two-factor/set-up/", "/admin/account/"
BOOKINGS = "/admin/bookings/booking/"


def log_in(client: Client, user: User, target: str = BOOKINGS) -> str:
    """Type email and password; return the page one ends up on."""
    form = {"username": user.email, "password": PASSWORD, "next": target}
    page = client.post("/admin/login/", form, follow=True)
    return page.redirect_chain[-1][0] if page.redirect_chain else ""


@pytest.fixture
def member():
    return with_app(UserFactory(role="support"))


@pytest.fixture
def required(settings):
    settings.STAFF_TWO_FACTOR = "required"


def test_a_password_alone_opens_nothing(client, member):
    assert log_in(client, member) == f"{ASK}?next=%2Fadmin%2Fbookings%2Fbooking%2F"
    for address in (BOOKINGS, "/admin/", ACCOUNT, "/admin/password_change/", "/admin/jsi18n/"):
        assert client.get(address).url.startswith("/admin/login/"), address
    page = client.get(ASK).content.decode()
    assert "Payments" not in page
    assert "Log out" in page


def test_the_code_of_the_app_opens_it(client, member):
    log_in(client, member)
    answer = client.post(ASK, {"code": code(), "next": BOOKINGS})
    assert (answer.status_code, answer.url) == (302, BOOKINGS)
    assert client.get(BOOKINGS).status_code == 200


def test_a_wrong_code_says_so_and_a_recovery_code_opens_it(client, member):
    log_in(client, member)
    assert (
        "This code is wrong, or was used already."
        in client.post(ASK, {"code": "123456"}).content.decode()
    )
    page = client.get(f"{ASK}?recovery=1").content.decode()
    assert "Recovery code" in page
    assert client.post(f"{ASK}?recovery=1", {"code": RECOVERY}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_it_never_leads_to_another_site(client, member):
    log_in(client, member)
    assert client.post(ASK, {"code": code(), "next": "https://evil.example/"}).url == "/admin/"


def test_each_browser_types_its_own_code(client, member):
    log_in(client, member)
    client.post(ASK, {"code": code()})
    elsewhere = Client()
    log_in(elsewhere, member)
    assert elsewhere.get(BOOKINGS).status_code == 302
    # …and so does the first one, once somebody logs in there anew.
    log_in(client, member)
    assert client.get(BOOKINGS).status_code == 302


def test_the_session_has_another_key_once_the_code_was_typed(client, member):
    log_in(client, member)
    before = client.cookies["sessionid"].value
    client.post(ASK, {"code": code()})
    assert client.cookies["sessionid"].value != before


def test_somebody_half_in_can_log_out(client, member):
    log_in(client, member)
    assert client.post("/admin/logout/").status_code == 200
    assert client.get(ASK).url == "/admin/login/"


def test_nobody_and_customers_get_no_page_of_it(client):
    customer = CustomerFactory().user
    for address in (ASK, SET_UP):
        assert client.get(address).url == "/admin/login/"
    client.force_login(customer)
    for address in (ASK, SET_UP):
        assert client.get(address).url == "/admin/login/"
    assert client.get(ACCOUNT).status_code == 302


def test_a_customer_is_told_that_this_is_for_staff(client):
    form = {"username": CustomerFactory().user.email, "password": PASSWORD}
    page = client.post("/admin/login/", form).content.decode()
    assert "This account is a customer" in page
    # Without the right password nobody learns that there is an account.
    page = client.post("/admin/login/", form | {"password": "wrong"}).content.decode()
    assert "This account is a customer" not in page


def shown_key(page: str) -> str:
    return "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page))


def test_where_it_is_required_there_is_the_set_up_page_and_nothing_else(client, required):
    support = UserFactory(role="support")
    assert log_in(client, support).startswith(SET_UP)
    for address in (BOOKINGS, "/admin/", ACCOUNT, "/admin/autocomplete/"):
        assert client.get(address).status_code == 302, address
    password = client.get("/admin/password_change/")
    assert password.status_code == 200
    assert "Payments" not in password.content.decode()

    page = client.get(SET_UP).content.decode()
    wrong = client.post(SET_UP, {"code": "000000"}).content.decode()
    assert "clock right?" in wrong
    assert shown_key(wrong) == shown_key(page)
    done = client.post(SET_UP, {"code": code(key=shown_key(page)), "next": BOOKINGS})
    assert len(re.findall("<code>", done.content.decode())) == 10
    assert client.get(BOOKINGS).status_code == 200


def test_setting_it_up_is_a_choice_where_it_is_not_required(client):
    client.force_login(UserFactory(role="support"))
    assert "Set it up" in client.get(ACCOUNT).content.decode()
    page = client.get(SET_UP)
    assert "no-store" in page.headers["Cache-Control"]
    assert 'style="' not in page.content.decode()
    client.post(SET_UP, {"code": code(key=shown_key(page.content.decode()))})
    assert "10 recovery codes left" in client.get(ACCOUNT).content.decode()
    assert client.get(SET_UP).url == ACCOUNT


@pytest.fixture
def inside(client, member):
    """The admin, open for somebody who typed a code."""
    client.force_login(member)
    session = client.session
    session[two_factor.PASSED] = str(member.two_factor_id)
    session.save()
    return client


def test_turning_it_off_and_new_codes_need_a_code(inside):
    codes, off = "/admin/two-factor/codes/", "/admin/two-factor/off/"
    for address in (codes, off):
        assert inside.get(address).status_code == 200
        assert "This code is wrong" in inside.post(address, {"code": "000000"}).content.decode()
    made = inside.post(codes, {"code": code()}).content.decode()
    [recovery, *_] = re.findall(r"<code>([\w-]+)</code>", made)
    assert inside.post(off, {"code": recovery}).url == ACCOUNT
    assert not TwoFactor.objects.exists()
    for address in (codes, off):
        assert inside.get(address).headers["Location"] == ACCOUNT


def test_a_password_change_keeps_this_browser_and_ends_the_others(inside, member):
    elsewhere = Client()
    elsewhere.force_login(member)
    form = {
        "old_password": PASSWORD,
        "new_password1": "another horse battery",
        "new_password2": "another horse battery",
    }
    assert inside.post("/admin/password_change/", form).status_code == 302
    assert inside.get("/admin/").status_code == 200
    assert django_settings.SESSION_COOKIE_NAME in elsewhere.cookies
    assert elsewhere.get(ASK).headers["Location"] == "/admin/login/"


def test_an_admin_resets_it_after_a_question(client, member):
    client.force_login(UserFactory(role="admin"))
    theirs = Client()
    theirs.force_login(member)
    page = reverse("admin:customers_user_change", args=[member.pk])
    assert "Reset two-factor" in client.get(page).content.decode()
    address = reverse("admin:customers_user_reset_two_factor", args=[member.pk])
    assert "Switch two-factor of" in client.get(address).content.decode()
    assert client.post(address).url == page
    assert "Reset two-factor" not in client.get(page).content.decode()
    assert theirs.get(ASK).headers["Location"] == "/admin/login/"
    assert AuditEntry.objects.get().action == "user.two_factor_reset"


@pytest.mark.parametrize("name", ["reset_two_factor", "logins"])
def test_only_admins_reset_it_and_nobody_but_the_owner_the_owners(client, name):
    owner = with_app(UserFactory(is_superuser=True, is_staff=True))
    address = reverse(f"admin:customers_user_{name}", args=[owner.pk])
    for role in ("support", "manager", "finance", "admin"):
        client.force_login(UserFactory(role=role))
        assert client.post(address).status_code == 403
    assert User.objects.get(pk=owner.pk).two_factor_id


def test_it_costs_no_query(client, member, inside, django_assert_num_queries):
    with django_assert_num_queries(2):  # the session, and whose it is
        inside.get("/admin/jsi18n/")
