"""Where one is logged in, and how a login ends."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.models import BrowserSession, LoginSession
from customers.tasks import purge_login_sessions
from customers.tests.factories import PASSWORD, UserFactory
from customers.tests.second_step import with_app
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db
ACCOUNT, END = "/admin/account/", "/admin/account/end/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1"


def browser(user, user_agent: str = FIREFOX, address: str = "203.0.113.7") -> Client:
    """Log in by email and password, in a browser of its own."""
    client = Client(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
    return client


def shown(client: Client, address: str = ACCOUNT) -> list[tuple[str, str, str | None, bool]]:
    return [
        (login.device, login.kind, login.ip_address, login.is_this)
        for login in client.get(address).context["logins"]
    ]


def api_login(api, user):
    form = {"email": user.email, "password": PASSWORD}
    answer = api.post("/api/auth/login", form, format="json", headers={"User-Agent": "curl/8"})
    return answer.json()["refresh_token"]


def test_they_are_listed_with_device_and_address_this_one_first(api):
    user = UserFactory(role="support")
    phone = browser(user, IPHONE, "198.51.100.4")
    api_login(api, user)
    here = browser(user)
    browser(UserFactory(role="support"))
    assert shown(here) == [
        ("Firefox on Windows", "admin", "203.0.113.7", True),
        ("curl", "API", "127.0.0.1", False),
        ("Safari on an iPhone", "admin", "198.51.100.4", False),
    ]
    assert shown(phone)[0] == ("Safari on an iPhone", "admin", "198.51.100.4", True)
    page = here.get(ACCOUNT).content.decode()
    assert not any(key in page for key in BrowserSession.objects.values_list("pk", flat=True))


def test_ending_one_works_at_once(api):
    user = UserFactory(role="support")
    here, phone = browser(user), browser(user, IPHONE)
    refresh_token = api_login(api, user)
    others = [str(login.id) for login in here.get(ACCOUNT).context["logins"][1:]]
    for login in others:
        assert here.post(END, {"login": login}).status_code == 302
    assert phone.get("/admin/").status_code == 302
    answer = api.post("/api/auth/refresh", {"refresh_token": refresh_token}, format="json")
    assert answer.status_code == 401
    assert here.get("/admin/").status_code == 200
    entries = AuditEntry.objects.order_by("pk").values_list("action", "actor", "changes")
    assert sorted(entries, key=str) == [
        ("user.login_ended", user.pk, {"device": "Safari on an iPhone"}),
        ("user.login_ended", user.pk, {"device": "curl"}),
    ]
    gone = here.post(END, {"login": others[0]}, follow=True).content.decode()
    assert "had ended already" in gone


def test_all_others_end_and_this_one_stays(api):
    user = UserFactory(role="support")
    here, phone, stranger = browser(user), browser(user, IPHONE), browser(UserFactory(role="admin"))
    api_login(api, user)
    assert "2 logins ended." in here.post(END, {"login": "others"}, follow=True).content.decode()
    assert [len(shown(here)), phone.get("/admin/").status_code] == [1, 302]
    assert stranger.get("/admin/").status_code == 200


def test_nobody_ends_somebody_elses_by_its_id():
    victim = browser(UserFactory(role="support"))
    handle = str(BrowserSession.objects.get().handle)
    for nonsense in (handle, "", "x", str(UserFactory().pk)):
        browser(UserFactory(role="finance")).post(END, {"login": nonsense})
    assert victim.get("/admin/").status_code == 200
    assert browser(UserFactory(role="admin")).get(END).status_code == 405


def test_an_admin_sees_and_ends_those_of_others():
    user = UserFactory(role="support")
    phone, admin = browser(user, IPHONE), browser(UserFactory(role="admin"))
    address = reverse("admin:customers_user_logins", args=[user.pk])
    assert (
        address
        in admin.get(reverse("admin:customers_user_change", args=[user.pk])).content.decode()
    )
    assert shown(admin, address) == [("Safari on an iPhone", "admin", "203.0.113.7", False)]
    ended = admin.post(address, {"login": "others"})
    assert ended.headers["Location"] == address
    assert phone.get("/admin/").status_code == 302
    assert "is logged in nowhere" in admin.get(address).content.decode()
    assert browser(UserFactory(role="finance")).get(address).status_code == 403


def test_a_browser_whose_code_was_never_typed_stands_out(client):
    user = with_app(UserFactory(role="support"))
    browser(user)
    admin = browser(UserFactory(role="admin"))
    page = admin.get(reverse("admin:customers_user_logins", args=[user.pk])).content.decode()
    assert "password only" in page


def test_a_new_password_takes_the_others_off_the_list():
    user = UserFactory(role="support")
    here = browser(user)
    browser(user, IPHONE)
    user.set_password("another horse battery")
    user.save()
    again = Client(HTTP_USER_AGENT=FIREFOX)
    again.force_login(user)
    assert len(shown(again)) == 1
    assert here.get("/admin/").status_code == 302


def test_when_a_browser_was_seen_is_noted_every_five_minutes(django_assert_num_queries):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        user = UserFactory(role="support")
        here = browser(user)
        first = BrowserSession.objects.get()
        clock.shift(299)
        with django_assert_num_queries(2):  # the session, and whose it is
            here.get("/admin/jsi18n/")
        clock.shift(1)
        with django_assert_num_queries(3):
            here.get("/admin/jsi18n/", REMOTE_ADDR="198.51.100.9")
        seen = BrowserSession.objects.get()
    assert (seen.last_seen_at - first.last_seen_at).total_seconds() == 300
    assert (seen.ip_address, seen.handle, seen.created_at) == (
        "198.51.100.9",
        first.handle,
        first.created_at,
    )


def test_a_login_at_the_api_is_seen_when_it_refreshes(api):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        token = api_login(api, UserFactory())
        clock.shift(600)
        headers = {"User-Agent": FIREFOX}
        api.post("/api/auth/refresh", {"refresh_token": token}, format="json", headers=headers)
    login = LoginSession.objects.get()
    assert (login.last_seen_at - login.created_at).total_seconds() == 600
    assert login.user_agent == FIREFOX


def test_expired_ones_are_purged():
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        browser(UserFactory(role="support"))
        clock.shift(15 * 86_400)
        kept = browser(UserFactory(role="support"))
        purge_login_sessions()
    assert [row.pk for row in BrowserSession.objects.all()] == [kept.cookies["sessionid"].value]


def test_the_page_costs_the_same_however_many_there_are(django_assert_num_queries):
    user = UserFactory(role="support")
    here = browser(user)
    for _ in range(5):
        browser(user)
    here.get(ACCOUNT)
    # The session, whose it is, their and their group's permissions, browsers, tokens.
    with django_assert_num_queries(6):
        assert len(re.findall("<tr>", here.get(ACCOUNT).content.decode())) == 7
