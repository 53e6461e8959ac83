"""Stripe Tax: which bookings it taxes, and what of a payment it leaves alone.

It taxes Checkouts and invoices of a booking whose own bill has no tax on it. The tax comes on top
of the payment's amount: `Payment.tax`. https://docs.stripe.com/tax
"""

from dataclasses import dataclass
from typing import Any

from bookings.models import Booking
from bookings.pricing import Line, untaxed
from bookings.queries.rules import tax_mode
from payments.models import Payment

Json = dict[str, Any]

# https://docs.stripe.com/tax/tax-codes
NONTAXABLE = "txcd_00000000"
# Where we cook, and so where our customers are.
COUNTRY = "US"


@dataclass(frozen=True, kw_only=True)
class Split:
    """A payment's amount, in cents: what is taxed of it, and what is not."""

    taxed: int
    untaxed: int


def is_automatic(booking: Booking) -> bool:
    """Return whether Stripe Tax taxes what is paid for this booking."""
    return tax_mode(booking.rules) == "stripe"


def split_payment(booking: Booking, *, amount: int, payment_type: str) -> Split:
    """Return how a payment made now is taxed. A tip never is.

    Travel and fees are spread over the booking's payments in proportion, so that they add up: each
    carries what is untaxed of the bill up to it, less what was up to the one before.
    """
    if payment_type == Payment.Purpose.GRATUITY:
        return Split(taxed=0, untaxed=amount)
    free = untaxed(Line.from_json(line) for line in booking.lines)
    before = min(max(booking.paid, 0), booking.total)
    after = min(before + amount, booking.total)
    share = _in_proportion(free, after, booking.total) - _in_proportion(free, before, booking.total)
    return Split(taxed=amount - share, untaxed=share)


def shipping_of(booking: Booking) -> Json:
    """Return the party's place as a Stripe customer's `shipping`: where an invoice is taxed."""
    address = {"line1": booking.location, "postal_code": booking.zip_code, "country": COUNTRY}
    return {"name": booking.contact_name or booking.customer.name, "address": address}


def tax_in(stripe_invoice: Json, received: int) -> int:
    """Return the tax within a payment of an invoice, in cents; half a cent rounds up.

    Args:
        received: cents that the payment took.
    """
    tax = sum(each["amount"] for each in stripe_invoice["total_taxes"] or [])
    return _in_proportion(tax, received, stripe_invoice["total"])


def _in_proportion(whole: int, part: int, of: int) -> int:
    return (2 * whole * part + of) // (2 * of) if of else 0
