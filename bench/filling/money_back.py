"""Refunds, disputes with their answers, and early fraud warnings."""

from bench.filling.sizes import Sizes
from bench.filling.table import fill, run
from payments.models import Dispute, DisputeEvidence, EarlyFraudWarning, LedgerEntry, Refund

# Of canceled parties first, then of any. Each number is a case of its own, as 1 in 100 and so on.
REFUNDS = """
CREATE TABLE bench.refund AS
WITH chosen AS (
    SELECT payment.n AS payment, payment.id AS payment_id, booking_id, method, amount AS paid,
        party_status = 'canceled' AS is_canceled,
        LEAST(bench.now(), created_at + interval '20 days' * bench.chance('refunded', n))
            AS created_at,
        row_number() OVER (ORDER BY party_status = 'canceled' DESC, bench.chance('refund', n)) AS n
    FROM bench.payment WHERE status = 'succeeded'
)
SELECT *, CASE WHEN is_canceled THEN paid ELSE GREATEST(paid / 3, 100) END AS amount,
    bench.id(created_at, 'refund', n) AS id,
    CASE
        WHEN n % 400 IN (2, 6) THEN 'approval'
        WHEN method <> 'stripe' AND n % 40 = 5 THEN 'to pay back'
        WHEN method <> 'stripe' THEN 'paid back'
        WHEN n % 100 = 10 THEN 'failed'
        WHEN n % 100 = 11 THEN 'canceled'
        WHEN n % 400 = 3 THEN 'requires_action'
        WHEN n % 400 = 7 THEN 'pending'
        ELSE 'succeeded'
    END AS how
FROM chosen WHERE n <= {refunds}
"""
DISPUTES = """
CREATE TABLE bench.dispute AS
SELECT payment.id AS payment_id, booking_id, amount, payment.n AS payment,
    LEAST(bench.now(), created_at + interval '30 days' * bench.chance('opened', payment.n))
        AS opened_at,
    row_number() OVER (ORDER BY bench.chance('dispute', payment.n)) AS n
FROM bench.payment
WHERE method = 'stripe' AND status = 'succeeded'
    AND NOT EXISTS (SELECT FROM bench.refund WHERE refund.payment = payment.n)
ORDER BY bench.chance('dispute', payment.n) LIMIT {disputes}
"""
STAFF = "(SELECT id FROM bench.staff WHERE staff.n = {table}.n % 6 + {skip})"
OUTCOME = """CASE
    WHEN dispute.n % 60 = 1 THEN 'needs_response'
    WHEN dispute.n % 60 = 2 THEN 'under_review'
    WHEN dispute.n % 60 = 3 THEN 'warning_needs_response'
    WHEN dispute.n % 60 = 4 THEN 'warning_under_review'
    WHEN dispute.n % 20 = 5 THEN 'warning_closed'
    WHEN dispute.n % 20 = 6 THEN 'prevented'
    WHEN dispute.n % 3 = 0 THEN 'won'
    ELSE 'lost'
END"""


def fill_money_back(sizes: Sizes) -> None:
    """Write what went back, and what the ledger says of it."""
    run(REFUNDS.format(refunds=sizes.refunds))
    run(DISPUTES.format(disputes=sizes.disputes))
    _refunds()
    _disputes()
    fill(
        EarlyFraudWarning,
        "bench.dispute WHERE n % 5 = 0",
        id="bench.id(opened_at, 'warning', n)",
        payment_id="payment_id",
        stripe_early_fraud_warning_id="bench.stripe('issfr', n)",
        fraud_type="'unauthorized_use_of_card'",
        actionable="n % 50 = 0",
        warned_at="opened_at - interval '1 day'",
        created_at="opened_at - interval '1 day'",
    )


def _refunds() -> None:
    fill(
        Refund,
        "bench.refund ORDER BY created_at",
        **{name: name for name in ("id", "payment_id", "amount", "created_at")},
        updated_at="created_at",
        status="""CASE
            WHEN how = 'paid back' THEN 'succeeded'
            WHEN how = 'approval' AND n % 400 = 6 THEN 'canceled'
            WHEN how IN ('approval', 'to pay back') THEN 'pending' ELSE how END""",
        approval="""CASE WHEN how = 'approval' AND n % 400 = 6 THEN 'rejected'
            WHEN how = 'approval' THEN 'requested'
            WHEN n % 50 = 8 THEN 'approved' ELSE '' END""",
        decided_by_id="CASE WHEN n % 50 = 8 OR n % 400 = 6 AND how = 'approval' THEN "
        f"{STAFF.format(table='refund', skip=7)} END",
        decided_at="CASE WHEN n % 50 = 8 OR n % 400 = 6 AND how = 'approval' THEN created_at END",
        requested_by_id=f"CASE WHEN n % 30 > 0 THEN {STAFF.format(table='refund', skip=0)} END",
        reason="bench.pick('{customer_request,cancellation,duplicate,quality,weather}',"
        " bench.chance('reason', n))",
        stripe_refund_id="CASE WHEN method = 'stripe' AND how <> 'approval'"
        " THEN bench.stripe('re', n) END",
        failure_reason="CASE WHEN how = 'failed' THEN 'expired_or_canceled_card' ELSE '' END",
        paid_back_by="CASE WHEN how = 'paid back' THEN method ELSE '' END",
        paid_back_at="CASE WHEN how = 'paid back' THEN created_at END",
        succeeded_at="CASE WHEN how IN ('paid back', 'succeeded') THEN created_at END",
    )
    fill(
        LedgerEntry,
        "bench.refund WHERE how IN ('paid back', 'succeeded') ORDER BY created_at",
        booking_id="booking_id",
        payment_id="payment_id",
        kind="'refund'",
        amount="-amount",
        cause="CASE WHEN method = 'stripe' THEN 'refund:' || bench.stripe('re', n)"
        " ELSE 'paid_back:' || id END",
        occurred_at="created_at",
        recorded_at="created_at",
    )


def _disputes() -> None:
    fill(
        Dispute,
        "bench.dispute ORDER BY opened_at",
        id="bench.id(opened_at, 'dispute', n)",
        **{name: name for name in ("payment_id", "amount", "opened_at")},
        stripe_dispute_id="bench.stripe('du', n)",
        reason="bench.pick('{fraudulent,product_not_received,product_unacceptable,general}',"
        " bench.chance('why', n))",
        status=OUTCOME,
        evidence_due_by="opened_at + interval '21 days'",
        as_of="opened_at",
        created_at="opened_at",
        updated_at="opened_at",
    )
    fill(
        DisputeEvidence,
        "bench.dispute WHERE n % 3 <> 1",
        id="bench.id(opened_at, 'evidence', n)",
        dispute_id="bench.id(opened_at, 'dispute', n)",
        fields="""jsonb_build_object('product_description', repeat('A hibachi party. ', 40))""",
        submitted_at="opened_at + interval '3 days'",
        submitted_by_id=STAFF.format(table="dispute", skip=0),
    )
    _moved("dispute_withdrawn", sign="-", where="TRUE", cause="dispute")
    _moved("dispute_reinstated", sign="", where=f"({OUTCOME}) = 'won'", cause="dispute_won")


def _moved(kind: str, *, sign: str, where: str, cause: str) -> None:
    fill(
        LedgerEntry,
        f"bench.dispute WHERE {where} AND ({OUTCOME}) NOT LIKE 'warning%'",
        booking_id="booking_id",
        payment_id="payment_id",
        kind=f"'{kind}'",
        amount=f"{sign}amount",
        cause=f"'dispute:' || bench.stripe('txn_{cause}', n)",
        occurred_at="opened_at",
        recorded_at="opened_at",
    )
