"""What staff did and what was found: the audit log, questions, differences, runs."""

from bench.filling.sizes import Sizes
from bench.filling.table import fill
from myhibachi.core.models import AuditEntry
from payments.models import Attention, Difference, ReconcileRun


def fill_history(sizes: Sizes) -> None:
    """Write two entries of the log for a booking and four for a payment, and so on."""
    share = sizes.audit // 6
    _audit("booking.updated", "bookings.booking", "bench.party", share)
    _audit("payment.created", "payments.payment", "bench.payment", 3 * share)
    _audit("payment.status", "payments.payment", "bench.payment", 2 * share)
    _questions()
    fill(
        ReconcileRun,
        "generate_series(1, 700) n",
        with_fix="FALSE",
        started_at="bench.now() - interval '1 day' * n",
        finished_at="bench.now() - interval '1 day' * n + interval '4 minutes'",
        checked="""'{"payments.payment": 200000}'""",
    )


def _audit(action: str, object_type: str, rows: str, count: int) -> None:
    fill(
        AuditEntry,
        f"(SELECT row_number() OVER (ORDER BY created_at) AS m, n, id, created_at FROM {rows}) done"
        f" WHERE m <= {count} ORDER BY created_at",
        at="created_at",
        actor_id="(SELECT id FROM bench.staff WHERE staff.n = done.n % 25)",
        action=f"'{action}'",
        object_type=f"'{object_type}'",
        object_id="id::text",
        changes="""'{"status": ["pending", "succeeded"], "amount": [10000, 45000]}'""",
        note="CASE WHEN n % 9 = 0 THEN 'The customer called about it.' ELSE '' END",
    )


def _questions() -> None:
    _question("external_refund", "refund WHERE n % 5 = 0", at="created_at", about="refund")
    _question("refund_failed", "refund WHERE how = 'failed'", at="created_at", about="refund")
    _question("dispute", "dispute", at="opened_at", about="dispute")
    _question("early_fraud_warning", "dispute WHERE n % 5 = 0", at="opened_at", about="warning")
    fill(
        Difference,
        "bench.payment WHERE status = 'succeeded' AND n % 400 = 2",
        kind="'ledger_missing'",
        object_type="'payment_intent'",
        object_id="bench.stripe('pi', n)",
        reason="'Its charge is not in the ledger.'",
        remedy="'Book it.'",
        can_be_mended="n % 800 = 2",
        booking_id="booking_id",
        first_seen_at="created_at",
        last_seen_at="created_at",
        closed_at="CASE WHEN n % 8000 > 2 THEN created_at + interval '1 day' END",
    )


def _question(kind: str, rows: str, *, at: str, about: str) -> None:
    is_open = "n % 150 = 5"
    fill(
        Attention,
        f"bench.{rows}",
        id=f"bench.id({at}, '{kind}', n)",
        kind=f"'{kind}'",
        key=f"'{kind} ' || n",
        booking_id="booking_id",
        payment_id="payment_id",
        facts="jsonb_build_object('amount', amount, 'reason', 'requested_by_customer',"
        f" '{about}_id', bench.id({at}, '{about}', n))",
        opened_at=at,
        closed_at=f"CASE WHEN {is_open} THEN NULL ELSE {at} + interval '1 day' END",
        closed_by_id=f"CASE WHEN {is_open} THEN NULL ELSE (SELECT id FROM bench.staff LIMIT 1) END",
        decision=f"CASE WHEN {is_open} THEN '' ELSE 'keep' END",
    )
