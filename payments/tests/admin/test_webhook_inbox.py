"""The inbox in the admin: what is shown to whom, and processing again."""

import datetime as dt

import pytest
from django.urls import reverse

from customers.tests.factories import UserFactory
from myhibachi.core.errors import NotAllowed
from myhibachi.core.models import AuditEntry
from payments.models import WebhookEvent
from payments.tests.admin.events import inbox_event
from payments.tests.factories import PaymentFactory
from payments.webhooks.replay import replay_events

pytestmark = pytest.mark.django_db

LIST = "/admin/payments/webhookevent/"
PERSONAL = ["ada@example.com", "Ada Guest", "+1 555 0100", "123 Main St"]


def shown(browser, event: WebhookEvent) -> str:
    address = reverse("admin:payments_webhookevent_change", args=[event.pk])
    return str(browser.get(address).content.decode())


@pytest.mark.parametrize("role", ["support", "manager", "finance"])
def test_who_a_payload_is_about_is_masked(staff, role):
    page = shown(staff(role), inbox_event())
    assert [word for word in PERSONAL if word in page] == []
    assert "H-7KQ3XWM" in page
    assert "•••" in page


def test_the_role_admin_reads_it_all_but_secrets(admin):
    about = {
        "id": "pi_1",
        "object": "payment_intent",
        "client_secret": "pi_1_secret_x",
        "receipt_email": "ada@example.com",
    }
    page = shown(admin, inbox_event(about))
    assert "ada@example.com" in page
    assert "pi_1_secret_x" not in page


def test_a_dish_keeps_its_name(staff):
    about = {"id": "prod_1", "object": "product", "name": "Filet mignon"}
    assert "Filet mignon" in shown(staff("support"), inbox_event(about))


def test_a_payload_cannot_write_into_the_page(admin):
    about = {"id": "prod_1", "object": "product", "name": "<script>alert(1)</script>"}
    assert "<script>alert" not in shown(admin, inbox_event(about))


def replay(browser, *events: WebhookEvent):
    data = {"action": "replay", "_selected_action": [event.pk for event in events]}
    return browser.post(LIST, data, follow=True)


def test_an_admin_replays_events(client):
    user = UserFactory(role="admin")
    client.force_login(user)
    stuck = inbox_event(state="needs_attention", attempts=15, last_error="GatewayUnavailable: …")
    other = inbox_event()
    assert "1 to be processed again." in replay(client, stuck).content.decode()
    stuck.refresh_from_db()
    other.refresh_from_db()
    assert (stuck.state, stuck.attempts, stuck.last_error) == ("received", 0, "")
    assert other.state == "processed"
    entry = AuditEntry.objects.get(action="webhook_event.replayed")
    assert (entry.actor_id, entry.object_id, entry.changes) == (
        user.pk, str(stuck.pk), {"state": ["needs_attention", "received"]},
    )  # fmt: skip


@pytest.mark.parametrize("role", ["support", "manager", "finance"])
def test_nobody_else_replays(staff, role):
    event = inbox_event(state="needs_attention")
    replay(staff(role), event)
    event.refresh_from_db()
    assert event.state == "needs_attention"
    with pytest.raises(NotAllowed):
        replay_events(event_ids=[event.pk], actor=UserFactory(role=role), now=event.received_at)


def test_the_inbox_narrows_by_family_and_finds_ids(admin):
    inbox_event()
    refund = inbox_event({"id": "re_1", "object": "refund"}, type="refund.updated")
    for query in ({"family": "refund"}, {"q": "re_1"}, {"q": refund.stripe_event_id}):
        assert list(admin.get(LIST, query).context["cl"].result_list) == [refund]


def test_the_button_on_its_page_replays_one_event(admin):
    event = inbox_event(state="needs_attention", attempts=15, last_error="Boom: it\nfailed")
    page = shown(admin, event)
    assert 'form="replay">Replay</button>' in page
    assert "Boom: it\nfailed" in page

    admin.post(reverse("admin:payments_webhookevent_replay", args=[event.pk]))

    event.refresh_from_db()
    assert (event.state, event.attempts) == ("received", 0)


def test_who_may_not_replay_sees_no_button_and_is_refused(staff):
    event = inbox_event()
    finance = staff("finance")
    assert "Replay" not in shown(finance, event)
    address = reverse("admin:payments_webhookevent_replay", args=[event.pk])
    assert finance.post(address).status_code == 403


def test_an_event_leads_to_what_it_was_about(staff):
    payment = PaymentFactory(stripe_payment_intent_id="pi_here")
    about = inbox_event({"id": "pi_here", "object": "payment_intent"})
    unknown = inbox_event({"id": "pi_gone", "object": "payment_intent"})
    support = staff("support")

    address = reverse("admin:payments_payment_change", args=[payment.pk])
    assert f'<a href="{address}">Payment: ' in shown(support, about)
    assert "/admin/payments/payment/0" not in shown(support, unknown)


def test_a_moment_on_a_page_names_its_zone(admin):
    event = inbox_event()
    moment = dt.datetime(2026, 7, 4, 19, tzinfo=dt.UTC)
    WebhookEvent.objects.filter(pk=event.pk).update(received_at=moment)
    assert "July 4, 2026, noon PDT" in shown(admin, event)
