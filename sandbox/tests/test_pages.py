"""The customer portal and the dashboard, as a visitor without JavaScript uses them."""

import re
from typing import Any

import pytest
import stripe

from sandbox.tests.browser import CARD, visit
from sandbox.tests.conftest import Inbox, Sandbox


@pytest.fixture
def customer(client: stripe.StripeClient) -> str:
    return client.v1.customers.create({"email": "ana@example.com", "name": "Ana Ruiz"}).id


@pytest.fixture
def portal(client: stripe.StripeClient, customer: str) -> str:
    params: Any = {"customer": customer, "return_url": "http://shop.test/account"}
    return client.v1.billing_portal.sessions.create(params).url


def cards_of(client: stripe.StripeClient, customer: str) -> list[Any]:
    return list(client.v1.payment_methods.list({"customer": customer}).data)


def test_the_portal_shows_the_customer_and_leads_back(portal: str) -> None:
    page = visit(portal).text
    assert "Ana Ruiz" in page
    assert "http://shop.test/account" in page
    assert visit(portal + "x").status == 404


def test_a_card_is_added_made_default_and_removed(
    client: stripe.StripeClient, customer: str, portal: str
) -> None:
    assert visit(portal, {**CARD, "do": "add"}).status == 303
    [card] = cards_of(client, customer)
    assert visit(portal, {"do": "default", "card": card.id}).status == 303
    settings = client.v1.customers.retrieve(customer).invoice_settings
    assert settings
    assert settings.default_payment_method == card.id
    assert visit(portal, {"do": "remove", "card": card.id}).status == 303
    assert cards_of(client, customer) == []


def test_a_declined_card_is_not_saved(
    client: stripe.StripeClient, customer: str, portal: str
) -> None:
    answer = visit(portal, {**CARD, "do": "add", "card_number": "4000000000000002"})
    assert answer.alert == "Your card was declined."
    assert cards_of(client, customer) == []


def test_nobody_removes_the_card_of_somebody_else(client: stripe.StripeClient, portal: str) -> None:
    other = client.v1.customers.create({})
    card = client.v1.payment_methods.attach("pm_card_visa", {"customer": other.id})
    assert visit(portal, {"do": "remove", "card": card.id}).status == 404
    assert [one.id for one in cards_of(client, other.id)] == [card.id]


def a_charge(client: stripe.StripeClient) -> str:
    intent = client.v1.payment_intents.create(
        {
            "amount": 10000,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "payment_method_types": ["card"],
            "confirm": True,
        }
    )
    return str(intent.latest_charge)


def test_every_kind_of_object_has_its_list_and_page(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    charge = a_charge(client)
    home = visit(sandbox.url + "/")
    paths = re.findall(r'href="(/dashboard/objects/[^"]+)"', home.text)
    assert "/dashboard/objects/charge" in paths
    assert [visit(sandbox.url + path).status for path in paths] == [200] * len(paths)
    page = visit(f"{sandbox.url}/dashboard/object/{charge}").text
    assert "charge.succeeded" in page
    assert "&#34;_" not in page


def test_a_dispute_is_opened_and_lost_from_the_dashboard(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    charge = a_charge(client)
    opened = visit(f"{sandbox.url}/dashboard/do/open_dispute/{charge}", {})
    assert opened.location
    dispute = opened.location.rpartition("/")[2]
    assert client.v1.disputes.retrieve(dispute).charge == charge
    visit(f"{sandbox.url}/dashboard/do/close_dispute/{dispute}", {"outcome": "lost"})
    assert client.v1.disputes.retrieve(dispute).status == "lost"
    again = visit(f"{sandbox.url}/dashboard/do/open_dispute/{charge}", {})
    assert again.location
    assert "can be disputed" in (visit(sandbox.url + again.location).alert or "")


def test_an_invoice_is_paid_from_the_dashboard(
    client: stripe.StripeClient, sandbox: Sandbox, customer: str
) -> None:
    client.v1.invoice_items.create({"customer": customer, "amount": 4000, "currency": "usd"})
    draft = client.v1.invoices.create(
        {"customer": customer, "pending_invoice_items_behavior": "include"}
    )
    client.v1.invoices.finalize_invoice(draft.id)
    visit(f"{sandbox.url}/dashboard/do/pay_invoice/{draft.id}", {})
    assert client.v1.invoices.retrieve(draft.id).status == "paid"


def test_an_event_shows_its_deliveries_and_is_sent_again(
    client: stripe.StripeClient, sandbox: Sandbox, inbox: Inbox
) -> None:
    client.v1.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["customer.created"]})
    client.v1.customers.create({})
    inbox.wait(1)
    event = inbox.events[0]["id"]
    assert visit(f"{sandbox.url}/dashboard/resend", {"event": event}).status == 303
    inbox.wait(2)
    assert [e["id"] for e in inbox.events] == [event, event]
    assert inbox.url in visit(f"{sandbox.url}/dashboard/object/{event}").text


def test_faults_are_switched_from_the_dashboard(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    visit(f"{sandbox.url}/dashboard/faults", {"do": "api", "kind": "500", "path": "/v1/customers"})
    assert "500" in visit(f"{sandbox.url}/dashboard/webhooks").text
    with pytest.raises(stripe.APIError):
        client.v1.customers.create({})
    visit(f"{sandbox.url}/dashboard/faults", {"do": "webhooks", "hold": "on", "drop": "0"})
    visit(f"{sandbox.url}/dashboard/faults", {"do": "clear"})
    assert client.v1.customers.create({}).id
