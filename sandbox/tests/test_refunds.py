"""Refunds: what is given back never exceeds what was paid, whatever happens on the way."""

import threading
from typing import Any, cast

import pytest
import stripe

from sandbox.tests.conftest import Sandbox
from sandbox.tests.paying import error, pay, types


def refund(client: stripe.StripeClient, intent: Any, **params: Any) -> stripe.Refund:
    return client.v1.refunds.create(cast("Any", {"payment_intent": intent.id, **params}))


def charge_of(client: stripe.StripeClient, intent: Any) -> stripe.Charge:
    return client.v1.charges.retrieve(str(intent.latest_charge))


def test_partial_refunds_add_up(client: stripe.StripeClient) -> None:
    intent = pay(client)
    first = refund(client, intent, amount=500, metadata={"why": "rain"}, reason="duplicate")
    assert (first.status, first.amount, first.reason) == ("succeeded", 500, "duplicate")
    assert charge_of(client, intent).refunded is False
    second = refund(client, intent)
    assert second.amount == 1500
    charge = charge_of(client, intent)
    assert (charge.amount_refunded, charge.refunded) == (2000, True)
    moved = client.v1.balance_transactions.retrieve(str(first.balance_transaction))
    assert (moved.type, moved.amount, moved.fee, moved.net) == ("refund", -500, 0, -500)
    assert types(client)[4:] == ["refund.created", "charge.refunded"] * 2
    listed = client.v1.refunds.list({"payment_intent": intent.id})
    assert [r.id for r in listed] == [second.id, first.id]


def test_more_than_is_left_is_refused(client: stripe.StripeClient) -> None:
    intent = pay(client)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refund(client, intent, amount=2001)
    assert error(refused) == {
        "status": 400,
        "type": "invalid_request_error",
        "param": "amount",
        "message": "Refund amount ($20.01) is greater than charge amount ($20.00)",
    }
    refund(client, intent, amount=1500)
    with pytest.raises(
        stripe.InvalidRequestError, match=r"greater than unrefunded amount on charge \(\$5.00\)"
    ):
        refund(client, intent, amount=501)
    assert charge_of(client, intent).amount_refunded == 1500


def test_a_refunded_charge_is_not_refunded_again(client: stripe.StripeClient) -> None:
    intent = pay(client)
    refund(client, intent)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refund(client, intent)
    assert refused.value.code == "charge_already_refunded"


def test_only_stripes_reasons_are_accepted(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refund(client, pay(client), reason="customer_request")
    assert str(refused.value.user_message) == (
        "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer"
    )


def test_an_unpaid_intent_is_not_refunded(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 2000, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError, match="successful charge to refund"):
        refund(client, intent)


def test_a_hundred_hands_refund_a_charge_once(client: stripe.StripeClient) -> None:
    intent = pay(client)
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            outcomes.append(refund(client, intent, amount=1500).status or "")
        except stripe.InvalidRequestError:
            outcomes.append("refused")

    hands = [threading.Thread(target=attempt) for _ in range(20)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(outcomes) == ["refused"] * 19 + ["succeeded"]
    assert charge_of(client, intent).amount_refunded == 1500


def test_a_pending_refund_succeeds_later(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    made = refund(client, pay(client, "pm_card_pendingRefund"))
    assert made.status == "pending"
    sandbox.control("POST", "jobs")
    assert client.v1.refunds.retrieve(made.id).status == "succeeded"
    assert types(client)[4:] == [
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "charge.refund.updated",
    ]


def test_a_failing_refund_gives_the_money_back(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    intent = pay(client, "pm_card_refundFail")
    made = refund(client, intent, amount=700)
    assert made.status == "succeeded"
    sandbox.control("POST", "jobs")
    failed = client.v1.refunds.retrieve(made.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert cast("Any", failed.failure_balance_transaction).net == 700
    assert charge_of(client, intent).amount_refunded == 0
    assert types(client)[6:] == ["refund.updated", "charge.refund.updated", "refund.failed"]


def test_any_refund_can_be_made_to_fail_by_hand(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    made = refund(client, pay(client))
    told = sandbox.control("POST", "actions/fail_refund", {"refund": made.id})
    assert (told["status"], types(client)[-1]) == ("failed", "refund.failed")


def test_a_pending_refund_can_be_canceled(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    intent = pay(client, "pm_card_pendingRefund")
    made = refund(client, intent)
    assert client.v1.refunds.cancel(made.id).status == "canceled"
    sandbox.control("POST", "jobs")
    assert client.v1.refunds.retrieve(made.id).status == "canceled"
    assert charge_of(client, intent).amount_refunded == 0
    with pytest.raises(stripe.InvalidRequestError, match="status of canceled"):
        client.v1.refunds.cancel(made.id)


def test_metadata_is_all_that_changes(client: stripe.StripeClient) -> None:
    made = refund(client, pay(client))
    changed = client.v1.refunds.update(made.id, {"metadata": {"note": "x"}})
    assert cast("Any", changed.metadata).note == "x"
    assert types(client)[-2:] == ["refund.updated", "charge.refund.updated"]


def test_the_money_adds_up_to_the_cent(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    for amount in (1999, 50000, 12345):
        refund(client, pay(client, amount=amount), amount=amount // 3)
    sandbox.control("POST", "jobs")
    moves = client.v1.balance_transactions.list({"limit": 100})
    balance = client.v1.balance.retrieve()
    assert sum(m.net for m in moves) == balance.pending[0].amount + balance.available[0].amount
    assert all(m.net == m.amount - m.fee for m in moves)
