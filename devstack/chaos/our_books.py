"""What our database holds of the same, and what it must never hold."""

from devstack.chaos.client import Client
from devstack.chaos.stripes_books import Books

# Each begins with the key; the other columns are its facts.
QUERIES = {
    "payment": """
        SELECT stripe_payment_intent_id, booking_id::text AS booking, amount, status,
               CASE status WHEN 'succeeded' THEN stripe_charge_id END AS charge
        FROM payments_payment WHERE stripe_payment_intent_id IS NOT NULL""",
    "checkout": """
        SELECT stripe_checkout_session_id, id::text AS id, status
        FROM payments_payment WHERE stripe_checkout_session_id IS NOT NULL""",
    "refund": """
        SELECT r.stripe_refund_id, p.stripe_payment_intent_id AS payment_intent, r.amount, r.status
        FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id
        WHERE r.stripe_refund_id IS NOT NULL""",
    "dispute": """
        SELECT d.stripe_dispute_id, p.stripe_payment_intent_id AS payment_intent, d.amount, d.status
        FROM payments_dispute d JOIN payments_payment p ON p.id = d.payment_id""",
    "invoice": """
        SELECT stripe_invoice_id, id::text AS id, booking_id::text AS booking, amount, status
        FROM payments_invoice WHERE stripe_invoice_id IS NOT NULL""",
    "ledger": """
        SELECT cause, booking_id::text AS booking, kind, amount
        FROM payments_ledgerentry WHERE cause NOT LIKE 'manual:%'""",
    "customer": """
        SELECT id::text, stripe_customer_id AS stripe
        FROM customers_customer WHERE stripe_customer_id IS NOT NULL""",
    "event": """
        SELECT stripe_event_id, CASE WHEN state IN ('processed', 'ignored') THEN 1 ELSE 0 END
        AS "taken in" FROM payments_webhookevent""",
    # The projection on the booking; what came in without Stripe is taken off.
    "booking": """
        SELECT b.id::text, b.paid - coalesce(sum(e.amount) FILTER
               (WHERE p.payment_type <> 'gratuity' AND e.cause LIKE 'manual:%'), 0)::int AS paid
        FROM bookings_booking b JOIN payments_ledgerentry e ON e.booking_id = b.id
        JOIN payments_payment p ON p.id = e.payment_id
        GROUP BY b.id HAVING bool_or(e.cause NOT LIKE 'manual:%')""",
}
MIRROR = ("paymentintent", "charge", "refund", "dispute", "invoice", "session")

# What no storm may bring about; each row found is a difference.
NEVER = {
    "slot above its capacity": """
        SELECT date || ' ' || time, count(*) FROM bookings_booking
        WHERE status IN ('pending', 'confirmed', 'completed') GROUP BY date, time
        HAVING count(*) > 2""",
    "both confirmed and expired": """
        SELECT object_id, count(DISTINCT action) FROM core_auditentry
        WHERE action IN ('booking.confirmed', 'booking.expired')
        GROUP BY object_id HAVING count(DISTINCT action) > 1""",
    "booked twice by one request": """
        SELECT notes, count(*) FROM bookings_booking WHERE notes LIKE 'chaos %'
        GROUP BY notes HAVING count(*) > 1""",
    "refunded twice by one request": """
        SELECT notes, count(*) FROM payments_refund WHERE notes LIKE 'chaos %'
        GROUP BY notes HAVING count(*) > 1""",
    "deposit paid, booking still pending": """
        SELECT b.reference, sum(e.amount) FROM bookings_booking b
        JOIN payments_ledgerentry e ON e.booking_id = b.id AND e.kind = 'charge'
        JOIN payments_payment p ON p.id = e.payment_id AND p.payment_type <> 'gratuity'
        WHERE b.status = 'pending' GROUP BY b.id HAVING sum(e.amount) >= b.deposit_due""",
    "late money nobody is shown": """
        SELECT reference, paid FROM bookings_booking
        WHERE status IN ('expired', 'canceled') AND paid > 0 AND NOT late_money""",
    "paid more than the bill": """
        SELECT b.reference, b.paid - b.total FROM bookings_booking b WHERE b.paid > b.total
        AND NOT EXISTS (SELECT 1 FROM payments_ledgerentry e WHERE e.booking_id = b.id
        AND e.kind IN ('refund_reversal', 'dispute_reinstated'))""",
    "payment that Stripe never answered": """
        SELECT id::text, status FROM payments_payment WHERE method = 'stripe'
        AND (awaiting_stripe OR (stripe_payment_intent_id IS NULL
        AND stripe_checkout_session_id IS NULL AND status <> 'canceled'))""",
    "refund that Stripe never answered": """
        SELECT id::text, status FROM payments_refund
        WHERE awaiting_stripe OR (stripe_refund_id IS NULL AND status <> 'failed'
        AND approval NOT IN ('requested', 'rejected'))""",
    "invoice that Stripe never answered": """
        SELECT id::text, status FROM payments_invoice
        WHERE awaiting_stripe OR (stripe_invoice_id IS NULL AND status <> 'void')""",
}


def our_books(client: Client) -> Books:
    """Return our side, in the shape of `StripesBooks.books`."""
    books: Books = {}
    for kind, query in QUERIES.items():
        books |= {(kind, key): facts for key, facts in client.rows(query)}
    for table in MIRROR:
        query = f"SELECT id, stripe_data->>'status' AS status FROM djstripe_{table}"
        books |= {("mirror", key): facts for key, facts in client.rows(query)}
    return books
