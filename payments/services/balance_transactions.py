"""Taking in Stripe's balance transactions: every movement of our balance, and what it cost."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from myhibachi.core.tasks import enqueue
from payments import gateway
from payments.models import BalanceCursor, BalanceTransaction, Payout

Json = dict[str, Any]

# One may enter Stripe's list a little after the second it is dated.
OVERLAP = timedelta(minutes=10)
FACTS = ("type", "source", "amount", "fee", "net", "currency", "occurred_at", "available_on")


def apply_balance_transaction(balance_transaction: Json) -> None:
    """Take in a balance transaction that an answer or an event of Stripe's carries."""
    apply_balance_transactions([balance_transaction])


def apply_balance_transactions(
    balance_transactions: Iterable[Json], *, payout: Payout | None = None
) -> None:
    """Take in some of them, in any order and as often as Stripe tells: one statement.

    Args:
        payout: what paid them out, where Stripe says so; else what is known of it stays.
    """
    rows = {each["id"]: _row(each, payout) for each in balance_transactions}
    BalanceTransaction.objects.bulk_create(
        [rows[name] for name in sorted(rows)],  # in one order, so that two never wait in a circle
        update_conflicts=True,
        unique_fields=["stripe_balance_transaction_id"],
        update_fields=[*FACTS, "payout"] if payout else FACTS,
    )


def want_balance_transaction(named: str | Json | None) -> None:
    """Take in one that another object names: what it carries, or what a task asks Stripe for."""
    if isinstance(named, dict):
        apply_balance_transaction(named)
        return
    known = BalanceTransaction.objects.filter(stripe_balance_transaction_id=named)
    if named and not known.exists():
        enqueue("payments.tasks.fetch_balance_transaction", named)


def fetch_balance_transaction(stripe_balance_transaction_id: str) -> None:
    """Ask Stripe for one of which an event told us the id alone.

    Raises:
        GatewayUnavailable: `pull_balance_transactions` finds it later.
    """
    apply_balance_transaction(
        gateway.retrieve("balance_transaction", stripe_balance_transaction_id)
    )


def pull_balance_transactions(*, now: datetime) -> int:
    """Take in all that Stripe has booked since the last time, events or none (its own fees).

    The cursor moves once every page is kept, so a crash between two pages leaves no gap.

    Returns:
        how many were listed.

    Raises:
        GatewayUnavailable: the next time goes on from the same moment.
    """
    cursor = BalanceCursor.objects.filter(pk=1).first()
    since = int((cursor.at - OVERLAP).timestamp()) if cursor else None
    listed = 0
    for page in gateway.list_pages("balance_transaction", since=since):
        apply_balance_transactions(page)
        listed += len(page)
    BalanceCursor.objects.update_or_create(pk=1, defaults={"at": now})
    return listed


def row_of(balance_transaction: Json) -> dict[str, Any]:
    """Return what we keep of one, by our columns' names."""
    source = balance_transaction["source"] or ""
    return {
        "type": balance_transaction["type"],
        "source": source if isinstance(source, str) else source["id"],
        "amount": balance_transaction["amount"],
        "fee": balance_transaction["fee"],
        "net": balance_transaction["net"],
        "currency": balance_transaction["currency"],
        "occurred_at": _time(balance_transaction["created"]),
        # Stripe's days begin at midnight UTC.
        "available_on": _time(balance_transaction["available_on"]).date(),
    }


def _row(balance_transaction: Json, payout: Payout | None) -> BalanceTransaction:
    return BalanceTransaction(
        stripe_balance_transaction_id=balance_transaction["id"],
        payout=payout,
        **row_of(balance_transaction),
    )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
