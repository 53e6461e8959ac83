"""Which list knows what somebody has in hand."""

import re

from myhibachi.core.money import typed_cents
from payments.admin.search import UUID
from payments.queries.stripe_ids import STRIPE_ID

QUOTE = re.compile(r"Q-[A-Z0-9]+", re.IGNORECASE)
BOOKINGS, PAYMENTS = "admin:bookings_booking_changelist", "admin:payments_payment_changelist"
# By the prefix that tells Stripe's objects apart; the payments know all others.
LISTS = {
    "re": "admin:payments_refund_changelist",
    "pyr": "admin:payments_refund_changelist",
    "du": "admin:payments_dispute_changelist",
    "dp": "admin:payments_dispute_changelist",
    "in": "admin:payments_invoice_changelist",
    "po": "admin:payments_payout_changelist",
    "evt": "admin:payments_webhookevent_changelist",
    "issfr": "admin:payments_earlyfraudwarning_changelist",
}


def list_for(term: str) -> str:
    """Return the name of the list to look for it in: people and references among the bookings."""
    if QUOTE.fullmatch(term):
        return "admin:bookings_quote_changelist"
    if STRIPE_ID.fullmatch(term):
        return LISTS.get(term.split("_", 1)[0], PAYMENTS)
    if typed_cents(term) is not None or UUID.fullmatch(term):
        return PAYMENTS
    return BOOKINGS
