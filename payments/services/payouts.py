"""Taking in Stripe's payouts, and which balance transactions each of them paid out."""

import logging
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from myhibachi.core import audit
from myhibachi.core.errors import DomainError
from myhibachi.core.tasks import enqueue
from payments import gateway
from payments.models import Payout
from payments.services.balance_transactions import apply_balance_transactions

logger = logging.getLogger(__name__)

Json = dict[str, Any]

# Stripe lists what an automatic payout paid out; of one made by hand nobody can say:
# https://docs.stripe.com/payouts/reconciliation
UNFINISHED = "in_progress"
BATCH = 20


def apply_stripe_payout(stripe_payout: Json, *, as_of: datetime) -> None:
    """Take in a Payout, from an event or from Stripe's own answer, in any order.

    Args:
        as_of: when Stripe said so.
    """
    facts = row_of(stripe_payout) | {"as_of": as_of}
    with transaction.atomic():
        payout, is_new = Payout.objects.select_for_update().get_or_create(
            stripe_payout_id=stripe_payout["id"], defaults=facts
        )
        if is_new or payout.as_of <= as_of:
            before = "" if is_new else payout.status
            for name, value in facts.items():
                setattr(payout, name, value)
            payout.awaiting_stripe = payout.awaiting_stripe and payout.automatic
            payout.save()
            if before != payout.status:
                audit.record("payout.status", payout, actor=None, status=[before, payout.status])
        if payout.awaiting_stripe:
            enqueue("payments.tasks.itemize_payout", payout.pk)


def itemize_payout(*, payout_id: int, now: datetime) -> None:
    """Ask Stripe which balance transactions a payout paid out, page by page.

    Each page is kept as it comes. Only when all are, the payout no longer waits; until then the
    sweeper asks again, and the same page twice changes nothing.

    Raises:
        GatewayUnavailable: try again later.
    """
    payout = Payout.objects.get(pk=payout_id)
    if not payout.awaiting_stripe:
        return
    current = gateway.retrieve("payout", payout.stripe_payout_id)
    for page in gateway.list_balance_transactions(payout=payout.stripe_payout_id):
        apply_balance_transactions(page, payout=payout)
    is_complete = current.get("reconciliation_status") != UNFINISHED
    Payout.objects.filter(pk=payout_id).update(awaiting_stripe=not is_complete, updated_at=now)


def itemize_payouts(*, now: datetime) -> int:
    """Go on with the payouts whose transactions are not all here, the longest waiting first.

    Returns:
        how many were asked for.
    """
    waiting = Payout.objects.filter(awaiting_stripe=True).order_by("updated_at")
    found = list(waiting.values_list("pk", flat=True)[:BATCH])
    for payout_id in found:
        try:
            itemize_payout(payout_id=payout_id, now=now)
        except DomainError as error:
            logger.warning("payout %s: %s", payout_id, error.code)
            Payout.objects.filter(pk=payout_id).update(updated_at=now)
    return len(found)


def row_of(stripe_payout: Json) -> dict[str, Any]:
    """Return what we keep of one, by our columns' names."""
    return {
        "amount": stripe_payout["amount"],
        "currency": stripe_payout["currency"],
        "status": stripe_payout["status"],
        # A date at midnight UTC: https://docs.stripe.com/api/payouts/object
        "arrival_date": datetime.fromtimestamp(stripe_payout["arrival_date"], tz=UTC).date(),
        "automatic": stripe_payout["automatic"],
    }
