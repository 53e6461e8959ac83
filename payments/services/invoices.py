"""Balance invoices on Stripe's hosted page, and what Stripe says of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

Json = dict[str, Any]


def apply_stripe_invoice(stripe_invoice: Json, *, now: datetime) -> None:
    """Take in an Invoice from an event or an answer, in any order."""


def refresh_invoice(*, invoice_id: UUID, now: datetime) -> None:
    """Ask Stripe how an invoice stands and by which payment it was paid."""
