"""Health: what it shows, what it costs, and what its buttons do."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from django.utils.html import strip_tags

from bookings.models import Email
from customers.tests.factories import UserFactory
from myhibachi.core import health
from myhibachi.core.tasks import heartbeat
from payments.models import BackfillCursor, BalanceCursor, Job, WebhookEvent
from payments.system import standing
from payments.tests.admin.events import inbox_event
from payments.webhooks import replay

pytestmark = pytest.mark.django_db

PAGE = "/admin/system/"


@pytest.fixture(autouse=True)
def warm():
    """As a process that has answered before: a beat is known, migrations are remembered."""
    cache.clear()
    heartbeat()
    health.migrations()


def text(browser) -> str:
    """Return the page's words, without its markup."""
    body = browser.get(PAGE).content.decode()
    return " ".join(strip_tags(body[body.index('id="content"') :]).split())


def stuck(**fields: Any) -> WebhookEvent:
    return inbox_event(state="needs_attention", attempts=15, **fields)


def test_a_quiet_house_is_well(staff, settings):
    shown = text(staff("support"))

    assert "All is well as far as 8 checks can tell." in shown
    assert "Wait to be processed 0 nothing waits" in shown
    assert "Open differences 0 we agree" in shown
    assert "Compared never yet" in shown
    assert f"Signing secret {len(settings.STRIPE.webhook_secrets)} set" in shown


def test_what_is_wrong_says_what_to_do(staff):
    event = stuck()
    ago = timezone.now() - timedelta(hours=5)
    WebhookEvent.objects.filter(pk=event.pk).update(received_at=ago)

    shown = text(staff("support"))

    assert "1 of 8 checks found something." in shown
    assert (
        "events needing attention 1 events need attention."
        " Read their errors in the admin, mend, and replay." in shown
    )
    assert "Need attention 1 the oldest for 5 h" in shown
    assert "Came in the last hour 0 1 in 24 hours" in shown


def test_the_cursors_say_how_far_we_know(staff):
    now = timezone.now()
    BackfillCursor.objects.create(pk=1, at=now - timedelta(minutes=30))
    BalanceCursor.objects.create(pk=1, at=now - timedelta(minutes=4))

    shown = text(staff("support"))

    assert "Stripe's events are here up to 30 min ago" in shown
    assert "Stripe's balance is here up to 4 min ago" in shown


def test_no_secret_is_on_the_page(admin, settings):
    body = admin.get(PAGE).content.decode()

    secrets = [settings.STRIPE.secret_key, *settings.STRIPE.webhook_secrets, settings.SECRET_KEY]
    assert [secret for secret in secrets if secret in body] == []


def test_a_redis_that_is_down_is_said_and_breaks_nothing(admin, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    shown = text(admin)

    assert "Redis does not answer." in shown
    assert "Beat and a worker not heard of Redis does not answer" in shown


def test_it_makes_as_many_queries_however_much_there_is(admin, django_assert_num_queries):
    def look() -> None:
        with django_assert_num_queries(25):
            assert admin.get(PAGE).status_code == 200

    look()
    for _ in range(5):
        stuck()
        inbox_event(state="received")
    user = UserFactory(role="admin")
    for kind in Job.Kind:
        now = timezone.now()
        Job.objects.create(kind=kind, asked_by=user, asked_at=now, heard_at=now)
    look()


@pytest.mark.parametrize(
    ("role", "buttons"),
    [
        ("support", []),
        ("manager", []),
        ("finance", ["Check everything", "Compare now"]),
        (
            "admin",
            [
                "Replay all that need attention",
                "Check everything",
                "Compare now",
                "Fetch missed events",
                "Sync products",
            ],
        ),
    ],
)
def test_each_role_has_its_buttons(staff, role, buttons):
    stuck()
    body = staff(role).get(PAGE).content.decode()

    found = body.split("</button>")[:-1]
    names = [part.rsplit(">", 1)[1] for part in found if 'class="button"' in part[-200:]]
    assert names == buttons


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("check/", ["finance", "admin"]),
        ("compare/", ["finance", "admin"]),
        ("fetch/", ["admin"]),
        ("sync/", ["admin"]),
        ("replay/", ["admin"]),
    ],
)
def test_a_button_that_is_not_shown_is_refused_too(client, path, allowed):
    found = []
    for role in ("support", "manager", "finance", "admin"):
        client.force_login(UserFactory(role=role))
        if client.post(f"{PAGE}{path}").status_code == 302:
            found.append(role)
        Job.objects.all().delete()
    assert found == allowed


def test_buttons_are_pressed_not_followed(admin):
    paths = ["check/", "compare/", "fetch/", "sync/", "replay/"]
    assert {admin.get(f"{PAGE}{path}").status_code for path in paths} == {405}
    assert admin.post(f"{PAGE}nothing/").status_code == 404


def test_a_job_that_is_asked_for_is_seen_at_the_next_look(admin):
    assert (
        "“Compare now” is asked for." in admin.post(f"{PAGE}compare/", follow=True).content.decode()
    )
    assert (
        "“Compare now” is under way already."
        in admin.post(f"{PAGE}compare/", follow=True).content.decode()
    )
    Job.objects.update(state="running", said="500 compared: charge.")

    assert "running 500 compared: charge. Asked 0 s ago by" in text(admin)


def test_a_worker_that_died_over_a_job_is_said(admin):
    admin.post(f"{PAGE}fetch/")
    Job.objects.update(state="running", heard_at=timezone.now() - timedelta(minutes=16))

    assert "failed Nothing was heard of it any more: it was cut off." in text(admin)


def test_everything_that_needs_attention_is_replayed(admin, monkeypatch):
    monkeypatch.setattr(replay, "MOST", 2)
    events = [stuck() for _ in range(3)]
    forgotten = stuck(payload="")
    inbox_event()

    admin.post(f"{PAGE}replay/")
    admin.post(f"{PAGE}replay/")

    states = WebhookEvent.objects.in_bulk([event.pk for event in events])
    assert {event.state for event in states.values()} == {"received"}
    forgotten.refresh_from_db()
    assert forgotten.state == "needs_attention"


def test_sizes_are_estimates_and_count_no_table(django_assert_num_queries):
    with django_assert_num_queries(1):
        ours, copies = standing.sizes()

    assert list(ours)[:2] == ["Webhook events", "Payments"]
    assert "Charges" in copies


def test_emails_that_wait_or_failed_are_counted():
    now = timezone.now()
    for number, status in enumerate(("queued", "failed", "sent", "failed")):
        Email.objects.create(kind="quote", key=str(number), to="a@example.com", status=status)
    Email.objects.filter(key="3").update(created_at=now - timedelta(days=8))

    queued, failed = standing.emails(now=now)

    assert (queued.count, failed.count) == (1, 1)
