"""Compares what we keep of Stripe's books: balance transactions and payouts. One query a page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from payments import gateway
from payments.errors import GatewayNotFound
from payments.models import BalanceTransaction, Payout
from payments.services import balance_transactions, payouts
from payments.services.reconcile.found import Found, Kind

Json = dict[str, Any]

# They are pulled every ten minutes: what is younger may still come.
PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Book:
    """A table of ours that follows a list of Stripe's.

    Attributes:
        facts: what Stripe's object says, by our columns' names.
        take_in: keeps Stripe's current object, as its event would have.
    """

    stripe_type: str
    model: type[BalanceTransaction] | type[Payout]
    id_field: str
    facts: Callable[[Json], dict[str, Any]]
    take_in: Callable[[Json, datetime], None]


BOOKS = {
    "payments.BalanceTransaction": Book(
        stripe_type="balance_transaction",
        model=BalanceTransaction,
        id_field="stripe_balance_transaction_id",
        facts=balance_transactions.row_of,
        take_in=lambda found, now: balance_transactions.apply_balance_transaction(found),
    ),
    "payments.Payout": Book(
        stripe_type="payout",
        model=Payout,
        id_field="stripe_payout_id",
        facts=payouts.row_of,
        take_in=lambda found, now: payouts.apply_stripe_payout(
            found, as_of=now.replace(microsecond=0)
        ),
    ),
}


def check(label: str, objects: list[Json], *, now: datetime) -> Iterator[Found]:
    """Compare a page of Stripe's objects with our rows of them."""
    book = BOOKS[label]
    rows = book.model.objects.in_bulk([each["id"] for each in objects], field_name=book.id_field)
    for each in objects:
        row = rows.get(each["id"])
        if row is None:
            if each["created"] < (now - PATIENCE).timestamp():
                yield _found(label, each, Kind.ROW_MISSING, "We have no row of it.")
        elif wrong := list(_wrong(row, book.facts(each))):
            yield _found(label, each, Kind.ROW_DIFFERS, f"In our row, {'; '.join(wrong)}.")


def check_one(label: str, stripe_id: str, *, now: datetime) -> Iterator[Found]:
    """Look at one, with Stripe's current object.

    Raises:
        GatewayUnavailable: Stripe can't be reached.
    """
    try:
        yield from check(label, [gateway.retrieve(BOOKS[label].stripe_type, stripe_id)], now=now)
    except GatewayNotFound:
        return


def take_in(label: str, stripe_id: str, *, now: datetime) -> None:
    """Set our row to what Stripe says.

    Raises:
        GatewayUnavailable: Stripe can't be reached.
    """
    BOOKS[label].take_in(gateway.retrieve(BOOKS[label].stripe_type, stripe_id), now)


def _wrong(row: BalanceTransaction | Payout, facts: dict[str, Any]) -> Iterator[str]:
    for name, theirs in facts.items():
        ours = getattr(row, name)
        if ours != theirs:
            yield f"{name} is {ours}, at Stripe {theirs}"


def _found(label: str, each: Json, kind: Kind, reason: str) -> Found:
    return Found(kind=kind, object_type=label, object_id=each["id"], reason=reason)
