"""What Stripe told us: the inbox, the mirror, and its own books."""

import json

from bench.filling.functions import TODAY
from bench.filling.sizes import Sizes
from bench.filling.table import fill, literal, run
from payments.models import BalanceTransaction, Payout, WebhookEvent

TYPES = """'{payment_intent.succeeded,charge.succeeded,payment_intent.created,charge.updated,
checkout.session.completed,charge.refunded,refund.created,invoice.paid,customer.updated,
payout.paid}'"""
CHARGE = {
    "id": "$ID",
    "object": "charge",
    "amount": 45000,
    "amount_captured": 45000,
    "billing_details": {
        "address": {"city": None, "country": "US", "line1": None, "postal_code": "95112"},
        "email": "guest@example.com",
        "name": "A guest",
        "phone": None,
    },
    "currency": "usd",
    "description": "Hibachi party",
    "livemode": False,
    "metadata": {"booking_id": "$MD5", "payment_id": "$MD5", "kind": "deposit"},
    "outcome": {"network_status": "approved_by_network", "risk_level": "normal", "type": "ok"},
    "paid": True,
    "payment_intent": "pi_$MD5",
    "payment_method_details": {
        "card": {
            "brand": "visa",
            "checks": {"address_line1_check": None, "cvc_check": "pass"},
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": "$MD5",
            "last4": "4242",
            "network": "visa",
            "network_transaction_id": "$MD5",
        },
        "type": "card",
    },
    "receipt_url": "https://pay.stripe.com/receipts/payment/$MD5$MD5$MD5",
    "statement_descriptor": "MY HIBACHI",
    "status": "succeeded",
}
EVENT = {
    "id": "$EVENT",
    "object": "event",
    "api_version": "2025-09-30.clover",
    "data": {"object": CHARGE},
    "livemode": False,
    "pending_webhooks": 1,
    "request": {"id": "req_$MD5", "idempotency_key": "$MD5"},
    "type": "charge.updated",
}
OBJECT = "bench.stripe('ch', 1 + n % {payments})"
RECEIVED = "bench.now() - interval '2 years' * (1 - n / {events}.0)"


def fill_stripes(sizes: Sizes) -> None:
    """Write events of 1.5 kB and more, their copies, and the balance's history."""
    numbers = {"payments": sizes.payments, "events": sizes.events}
    at, about = RECEIVED.format(**numbers), OBJECT.format(**numbers)
    events = f"generate_series(1, {sizes.events}) n"
    state = """CASE WHEN n % 15000 = 14999 THEN 'needs_attention'
        WHEN n % 50000 = 49999 THEN 'received' WHEN n % 9 = 0 THEN 'ignored' ELSE 'processed' END"""
    if sizes.events < 15_000:
        state = state.replace("15000 = 14999", "500 = 499").replace("50000 = 49999", "700 = 699")
    fill(
        WebhookEvent,
        events,
        stripe_event_id="bench.stripe('evt', n)",
        type=f"bench.pick({TYPES}, bench.chance('type', n))",
        api_version="'2025-09-30.clover'",
        livemode="FALSE",
        object_id=about,
        payload=_json(EVENT, about),
        state=state,
        attempts="1",
        last_error="CASE WHEN n % 15000 = 14999 THEN 'DoesNotExist: no such payment' ELSE '' END",
        stripe_created=at,
        received_at=at,
        processed_at=at,
        next_attempt_at=at,
    )
    run(f"""
        INSERT INTO djstripe_event (djstripe_created, djstripe_updated, stripe_data, id, livemode,
            created, api_version, data, request_id, idempotency_key, type)
        SELECT {at}, {at}, {_json(EVENT, about)}::jsonb, bench.stripe('evt', n), FALSE, {at},
            '2025-09-30.clover', '{{}}', '', '', bench.pick({TYPES}, bench.chance('type', n))
        FROM {events}""")
    run(f"""
        INSERT INTO djstripe_charge (djstripe_created, djstripe_updated, stripe_data, id, livemode,
            created, amount, currency, status)
        SELECT created_at, created_at, {_json(CHARGE, "bench.stripe('ch', n)")}::jsonb,
            bench.stripe('ch', n), FALSE, created_at, amount / 100.0, 'usd', 'succeeded'
        FROM bench.payment WHERE method = 'stripe' AND status = 'succeeded'""")
    _balance()


def _balance() -> None:
    fill(
        Payout,
        "generate_series(0, 730) n",
        stripe_payout_id="bench.stripe('po', n)",
        amount="1200000 + n * 131",
        status="CASE WHEN n < 2 THEN 'in_transit' WHEN n % 200 = 3 THEN 'failed' ELSE 'paid' END",
        arrival_date=f"{TODAY} + 1 - n",
        awaiting_stripe="FALSE",
        as_of="bench.now() - interval '1 day' * n",
        created_at="bench.now() - interval '1 day' * n",
    )
    money = {"occurred_at": "at", "available_on": "at::date + 2", "created_at": "at"}
    paid_out = f"""(SELECT id FROM payments_payout
        WHERE arrival_date = at::date + 3 AND at < {TODAY} - 3)"""
    fill(
        BalanceTransaction,
        "(SELECT *, created_at + interval '1 minute' AS at FROM bench.payment) moved"
        " WHERE method = 'stripe' AND status = 'succeeded' ORDER BY at",
        **money,
        stripe_balance_transaction_id="bench.stripe('txn', n)",
        type="'charge'",
        source="bench.stripe('ch', n)",
        amount="amount",
        fee="30 + amount * 29 / 1000",
        net="amount - (30 + amount * 29 / 1000)",
        payout_id=paid_out,
    )
    fill(
        BalanceTransaction,
        "(SELECT *, created_at AS at FROM bench.refund) moved"
        " WHERE method = 'stripe' AND how = 'succeeded' ORDER BY at",
        **money,
        stripe_balance_transaction_id="bench.stripe('txn_re', n)",
        type="'refund'",
        source="bench.stripe('re', n)",
        amount="-amount",
        fee="0",
        net="-amount",
        payout_id=paid_out,
    )


def _json(template: object, about: str) -> str:
    """Return SQL that writes a template with ids of its own."""
    text = literal(json.dumps(template))
    for mark, value in {
        "$ID": about,
        "$EVENT": "bench.stripe('evt', n)",
        "$MD5": "md5('json' || n)",
    }.items():
        text = f"replace({text}, '{mark}', {value})"
    return text
