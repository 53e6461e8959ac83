"""Four payments a booking: deposit, balance, tip or add-on, and an attempt that came to nothing."""

from bench.filling.sizes import Sizes
from bench.filling.table import fill, run
from payments.models import LedgerEntry, Payment

PAYMENTS = """
CREATE TABLE bench.payment AS
WITH planned AS (
    SELECT party.n AS party, (party.n - 1) * 4 + turn AS n, turn AS k, party.id AS booking_id,
        party.customer_id, party.status AS party_status, party.total, party.starts_at,
        party.created_at AS booked_at, bench.chance('payment', (party.n - 1) * 4 + turn) AS c
    FROM bench.party CROSS JOIN generate_series(1, 4) turn
), stated AS (
    SELECT *, CASE
        WHEN k = 1 AND party_status = 'pending' THEN 'pending'
        WHEN k = 1 AND party_status <> 'expired' THEN 'succeeded'
        WHEN k = 1 AND c < 0.1 THEN 'failed'
        WHEN k = 2 AND party_status = 'completed' THEN 'succeeded'
        WHEN k = 2 AND party_status = 'confirmed' AND c < 0.3 THEN 'succeeded'
        WHEN k = 2 AND party_status = 'confirmed' AND c < 0.4 THEN 'failed'
        WHEN k = 2 AND party_status = 'confirmed' THEN 'pending'
        WHEN k = 3 AND party_status = 'completed' AND c < 0.7 THEN 'succeeded'
        WHEN k = 4 AND c < 0.02 THEN 'requires_action'
        WHEN k = 4 AND c < 0.03 THEN 'processing'
        WHEN k = 4 AND c < 0.10 THEN 'failed'
        ELSE 'canceled'
    END AS status
    FROM planned
), paid AS (
    SELECT *, CASE
        WHEN status <> 'succeeded' OR bench.chance('card', n) < CASE k WHEN 1 THEN 0.92 ELSE 0.6 END
            THEN 'stripe'
        ELSE bench.pick('{zelle,zelle,zelle,zelle,venmo,cash,cash,check}', bench.chance('by', n))
    END AS method, CASE k
        WHEN 1 THEN 'deposit'
        WHEN 2 THEN 'balance'
        WHEN 3 THEN CASE WHEN party_status = 'completed' THEN 'gratuity' ELSE 'addon' END
        ELSE 'full'
    END AS payment_type, CASE k
        WHEN 1 THEN 10000
        WHEN 2 THEN total - 10000
        WHEN 3 THEN CASE WHEN party_status = 'completed' THEN total / 5 ELSE 4500 END
        ELSE total
    END AS amount, LEAST(bench.now(), booked_at + CASE k
        WHEN 1 THEN interval '2 minutes'
        WHEN 2 THEN (LEAST(starts_at, bench.now()) - booked_at) * (0.3 + 0.6 * c)
        WHEN 3 THEN LEAST(starts_at, bench.now()) - booked_at + interval '3 hours'
        ELSE interval '1 minute'
    END) AS created_at
    FROM stated
)
SELECT *, bench.id(created_at, 'payment', n) AS id, CASE
    WHEN method <> 'stripe' THEN 'manual'
    ELSE bench.pick('{checkout,checkout,payment_intent,invoice}', bench.chance('surface', n))
END AS surface
FROM paid
"""
REASONS = "'{card_declined,card_declined,insufficient_funds,expired_card,authentication_required}'"
BY_STRIPE = "method = 'stripe' AND status = 'succeeded'"
# What is paid towards the party itself.
PAID = """
UPDATE bookings_booking SET paid = moved.cents FROM (
    SELECT entry.booking_id, sum(entry.amount) AS cents
    FROM payments_ledgerentry entry JOIN payments_payment payment ON payment.id = entry.payment_id
    WHERE payment.payment_type <> 'gratuity' AND entry.kind <> 'fee'
    GROUP BY entry.booking_id
) moved WHERE moved.booking_id = bookings_booking.id AND moved.cents <> 0
"""


def fill_payments(sizes: Sizes) -> None:
    """Write payments, and what the ledger says of those that succeeded."""
    run(PAYMENTS)
    run("CREATE UNIQUE INDEX ON bench.payment (n)")
    failure = "status IN ('failed', 'canceled') AND payment_type = 'full'"
    fill(
        Payment,
        "bench.payment ORDER BY created_at",
        **{
            name: name
            for name in (
                "id",
                "booking_id",
                "customer_id",
                "method",
                "surface",
                "payment_type",
                "amount",
                "status",
                "created_at",
            )
        },
        failure_code=f"CASE WHEN {failure} THEN bench.pick({REASONS}, c) ELSE '' END",
        failure_message=f"CASE WHEN {failure} THEN 'Your card was declined.' ELSE '' END",
        stripe_checkout_session_id=(
            "CASE WHEN surface = 'checkout' THEN bench.stripe('cs_test', n) END"
        ),
        stripe_payment_intent_id="CASE WHEN method = 'stripe' THEN bench.stripe('pi', n) END",
        stripe_charge_id=f"CASE WHEN {BY_STRIPE} THEN bench.stripe('ch', n) END",
        succeeded_at="CASE WHEN status = 'succeeded' THEN created_at + interval '1 minute' END",
        updated_at="created_at",
        recorded_by_id="""CASE WHEN method <> 'stripe' THEN
            (SELECT id FROM bench.staff WHERE staff.n = payment.n % 12) END""",
        note="CASE WHEN method <> 'stripe' THEN 'Recorded from the statement.' ELSE '' END",
    )
    entries = {"booking_id": "booking_id", "payment_id": "id"}
    at = "created_at + interval '1 minute'"
    fill(
        LedgerEntry,
        "bench.payment WHERE status = 'succeeded' ORDER BY created_at",
        **entries,
        kind="'charge'",
        amount="amount",
        cause="CASE WHEN method = 'stripe' THEN 'charge:' || bench.stripe('ch', n)"
        " ELSE 'manual:' || id END",
        occurred_at=at,
        recorded_at=at,
    )
    fill(
        LedgerEntry,
        f"bench.payment WHERE {BY_STRIPE} ORDER BY created_at",
        **entries,
        kind="'fee'",
        amount="-(30 + amount * 29 / 1000)",
        cause="'fee:' || bench.stripe('txn', n)",
        occurred_at=at,
        recorded_at=at,
    )


def write_paid() -> None:
    """Write what the ledger says is paid into the bookings."""
    run(PAID)
