"""Disputes and what else happens around a charge: warnings, payouts, saved cards."""

import urllib.error
from pathlib import Path
from typing import Any, cast

import pytest
import stripe

from sandbox.tests.conftest import Sandbox
from sandbox.tests.paying import pay, types

LONG = (
    "access_activity_log",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "duplicate_charge_explanation",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "uncategorized_text",
)


def disputed(client: stripe.StripeClient, card: str = "createDispute") -> stripe.Dispute:
    intent = pay(client, f"pm_card_{card}")
    return client.v1.disputes.list({"payment_intent": intent.id}).data[0]


def moves(dispute: stripe.Dispute) -> list[tuple[str, int, int, int]]:
    return [(m.type, m.amount, m.fee, m.net) for m in dispute.balance_transactions]


def test_a_dispute_withdraws_the_money_and_a_fee(client: stripe.StripeClient) -> None:
    dispute = disputed(client)
    assert (dispute.status, dispute.reason) == ("needs_response", "fraudulent")
    assert moves(dispute) == [("adjustment", -2000, 1500, -3500)]
    assert client.v1.charges.retrieve(str(dispute.charge)).disputed is True
    assert types(client)[4:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": str(dispute.charge)})
    assert refused.value.code == "charge_disputed"


def test_an_inquiry_withdraws_nothing_and_can_be_refunded(client: stripe.StripeClient) -> None:
    dispute = disputed(client, "createDisputeInquiry")
    assert (dispute.status, moves(dispute)) == ("warning_needs_response", [])
    assert client.v1.refunds.create({"charge": str(dispute.charge)}).status == "succeeded"
    assert client.v1.disputes.close(dispute.id).status == "warning_closed"
    assert "charge.dispute.funds_withdrawn" not in types(client)


@pytest.mark.parametrize(
    ("text", "status", "told"),
    [
        (
            "winning_evidence",
            "won",
            ["charge.dispute.funds_reinstated", "charge.dispute.closed"],
        ),
        ("losing_evidence", "lost", ["charge.dispute.closed"]),
    ],
)
def test_evidence_decides(
    sandbox: Sandbox, client: stripe.StripeClient, text: str, status: str, told: list[str]
) -> None:
    dispute = disputed(client, "createDisputeProductNotReceived")
    sent = client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": text}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    sandbox.control("POST", "jobs")
    ended = client.v1.disputes.retrieve(dispute.id)
    assert (ended.reason, ended.status) == ("product_not_received", status)
    back = [("adjustment", 2000, 0, 2000)] if status == "won" else []
    assert moves(ended) == [("adjustment", -2000, 1500, -3500), *back]
    assert types(client)[6:] == ["charge.dispute.updated", *told]


def test_an_inquiry_may_become_a_dispute_and_is_answered_again(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    dispute = disputed(client, "createDisputeInquiry")
    answered = client.v1.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}}
    )
    assert answered.status == "warning_under_review"
    sandbox.control("POST", "jobs")
    escalated = client.v1.disputes.retrieve(dispute.id)
    assert (escalated.status, moves(escalated)) == (
        "needs_response",
        [("adjustment", -2000, 1500, -3500)],
    )
    assert escalated.evidence_details.submission_count == 0
    assert types(client)[-2:] == ["charge.dispute.updated", "charge.dispute.funds_withdrawn"]


@pytest.mark.parametrize(
    ("evidence", "param", "said"),
    [
        ({"uncategorized_text": "x" * 20_001}, "evidence[uncategorized_text]", "at most 20000"),
        ({"customer_email_address": "nobody"}, "evidence[customer_email_address]", "nobody"),
        (
            dict.fromkeys(LONG, "x" * 20_000),
            "evidence",
            "limited to 150000",
        ),
    ],
)
def test_evidence_that_no_bank_reads_is_refused(
    client: stripe.StripeClient, evidence: Any, param: str, said: str
) -> None:
    dispute = disputed(client)
    with pytest.raises(stripe.InvalidRequestError, match=said) as refused:
        client.v1.disputes.update(dispute.id, {"evidence": evidence})
    assert refused.value.param == param
    assert client.v1.disputes.retrieve(dispute.id).evidence_details.submission_count == 0


def test_what_is_closed_takes_no_evidence(client: stripe.StripeClient) -> None:
    dispute = disputed(client)
    assert client.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        client.v1.disputes.update(dispute.id, {"evidence": {"customer_name": "Ana"}})


def test_staged_evidence_is_not_submitted(client: stripe.StripeClient) -> None:
    dispute = disputed(client)
    staged = client.v1.disputes.update(
        dispute.id, {"evidence": {"customer_name": "Ana"}, "submit": False}
    )
    assert (staged.status, staged.evidence.customer_name) == ("needs_response", "Ana")
    assert staged.evidence_details.has_evidence is True


def test_a_dispute_can_be_opened_and_closed_by_hand(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    intent = pay(client)
    given = {"charge": intent.latest_charge, "reason": "duplicate", "amount": 900}
    opened = sandbox.control("POST", "actions/open_dispute", given)
    assert (opened["amount"], opened["reason"]) == (900, "duplicate")
    closing = {"dispute": opened["id"], "outcome": "won"}
    assert sandbox.control("POST", "actions/close_dispute", closing)["status"] == "won"
    assert client.v1.refunds.create({"payment_intent": intent.id}).status == "succeeded"


def test_an_issuer_warns_of_fraud(client: stripe.StripeClient) -> None:
    intent = pay(client, "pm_card_createIssuerFraudRecord")
    warning = client.v1.radar.early_fraud_warnings.list({"charge": str(intent.latest_charge)})
    assert warning.data[0].actionable is True
    assert types(client)[-1] == "radar.early_fraud_warning.created"
    client.v1.refunds.create({"payment_intent": intent.id})
    answered = client.v1.radar.early_fraud_warnings.retrieve(warning.data[0].id)
    assert answered.actionable is False


def test_evidence_may_be_a_file(
    sandbox: Sandbox, client: stripe.StripeClient, tmp_path: Path
) -> None:
    uploader = stripe.StripeClient(
        "sk_test_x", base_addresses={"api": sandbox.url, "files": sandbox.url}
    )
    (tmp_path / "receipt.pdf").write_bytes(b"%PDF-1.4")
    with (tmp_path / "receipt.pdf").open("rb") as content:
        file = uploader.v1.files.create(
            {"purpose": "dispute_evidence", "file": cast("Any", content)}
        )
    assert (file.size, file.type) == (8, "pdf")
    dispute = disputed(client)
    staged = client.v1.disputes.update(
        dispute.id, {"evidence": {"receipt": file.id}, "submit": False}
    )
    assert staged.evidence.receipt == file.id


def test_a_payout_empties_the_balance(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payouts.create({"amount": 1000, "currency": "usd"})
    assert refused.value.code == "balance_insufficient"
    pay(client, "pm_card_bypassPending", amount=10000)
    payout = client.v1.payouts.create({"amount": 9680, "currency": "usd"})
    assert client.v1.balance.retrieve().available[0].amount == 0
    sandbox.control("POST", "jobs")
    assert client.v1.payouts.retrieve(payout.id).status == "paid"
    failed = sandbox.control("POST", "actions/fail_payout", {"payout": payout.id})
    assert (failed["status"], client.v1.balance.retrieve().available[0].amount) == ("failed", 9680)
    assert types(client)[-3:] == ["payout.created", "payout.paid", "payout.failed"]


def test_an_automatic_payout_lists_what_it_paid_out_and_one_by_hand_can_not(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    paid = [pay(client, "pm_card_bypassPending", amount=amount) for amount in (10000, 20000)]
    client.v1.refunds.create({"payment_intent": paid[0].id, "amount": 2500})
    by_hand = client.v1.payouts.create({"amount": 1000, "currency": "usd"})
    payout = sandbox.control("POST", "actions/pay_out")
    assert (payout["automatic"], payout["reconciliation_status"]) == (True, "completed")
    assert payout["amount"] == 10000 - 320 + 20000 - 610 - 2500 - 1000
    assert client.v1.balance.retrieve().available[0].amount == 0
    listed = client.v1.balance_transactions.list({"payout": payout["id"], "limit": 2})
    found = list(listed.auto_paging_iter())
    assert [each.type for each in found] == ["payout", "payout", "refund", "charge", "charge"]
    assert sum(each.net for each in found) == 0
    assert not any("_payout" in each.to_dict() for each in found)
    assert client.v1.balance_transactions.list({"payout": by_hand.id}).data == []
    with pytest.raises(urllib.error.HTTPError):
        sandbox.control("POST", "actions/pay_out")


def test_a_setup_intent_saves_a_card(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({})
    saved = client.v1.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "confirm": True,
            "payment_method_types": ["card"],
        }
    )
    assert saved.status == "succeeded"
    methods = client.v1.customers.payment_methods.list(customer.id)
    assert [m.id for m in methods] == [saved.payment_method]
    assert types(client)[1:] == [
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
    ]


def test_a_declining_card_is_not_saved(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError):
        client.v1.setup_intents.create(
            {
                "payment_method": "pm_card_chargeDeclined",
                "confirm": True,
                "payment_method_types": ["card"],
            }
        )
    assert types(client) == ["setup_intent.created", "setup_intent.setup_failed"]


def test_a_detached_card_is_no_longer_the_default(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"payment_method": "pm_card_visa"})
    method = client.v1.customers.payment_methods.list(customer.id).data[0]
    client.v1.customers.update(
        customer.id, {"invoice_settings": {"default_payment_method": method.id}}
    )
    client.v1.payment_methods.detach(method.id)
    settings = cast("Any", client.v1.customers.retrieve(customer.id).invoice_settings)
    assert settings.default_payment_method is None
