"""Compares ledger entries with what should have caused them: one query a page."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from myhibachi.core.money import format_cents
from payments.models import LedgerEntry, Payment
from payments.queries.ledger import adjusted_cause
from payments.services.reconcile.found import Correction, Found, Kind

# Whose money an entry counts: booking and payment.
Owner = tuple[UUID, UUID | None]
Money = LedgerEntry.Kind


@dataclass(frozen=True, kw_only=True)
class Expected:
    """An entry that Stripe's object, or a row of staff's, must have caused. Signed cents."""

    cause: str
    kind: LedgerEntry.Kind
    amount: int
    payment: Payment
    object_type: str
    object_id: str


def check(expected: Iterable[Expected]) -> Iterator[Found]:
    """Compare the ledger's entries, adjustments counted, with what they must be."""
    wanted = {each.cause: each for each in expected}
    found = entries_of(wanted, payments={each.payment.pk for each in wanted.values()})
    for cause, each in wanted.items():
        entries = found.get(cause, [])
        if problem := _compare(each, entries):
            yield problem


def entries_of(causes: Iterable[str], *, payments: Iterable[UUID]) -> dict[str, list[LedgerEntry]]:
    """Return each cause's entries, those that adjust it included."""
    wanted, expected = set(causes), set(payments)
    # An adjustment stands with the payment of what it adjusts, or of what was meant.
    known = LedgerEntry.objects.filter(Q(cause__in=wanted) | Q(payment__in=expected))
    found = {entry.cause: entry for entry in known}
    for entry in list(found.values()):
        if entry.cause in wanted and entry.payment_id not in expected:
            adjusting = LedgerEntry.objects.filter(cause__startswith=f"adjustment:{entry.cause}#")
            found |= {each.cause: each for each in adjusting}
    grouped: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in found.values():
        grouped[adjusted_cause(entry.cause)].append(entry)
    return {cause: entries for cause, entries in grouped.items() if cause in wanted}


def _compare(each: Expected, entries: list[LedgerEntry]) -> Found | None:
    original = next((entry for entry in entries if entry.cause == each.cause), None)
    owner = (each.payment.booking_id, each.payment.pk)
    about: dict[str, Any] = {
        "object_type": each.object_type,
        "object_id": each.object_id,
        "booking_id": each.payment.booking_id,
    }
    if original is None:
        return Found(
            kind=Kind.LEDGER_MISSING,
            reason=f"The ledger has no {each.kind} of {format_cents(each.amount)} ({each.cause}).",
            **about,
        )
    if original.kind != each.kind:
        return Found(
            kind=Kind.LEDGER_DIFFERS,
            reason=f"{each.cause} is booked as {original.kind}, and is a {each.kind}.",
            by_hand="find out who got past the ledger's trigger, and restore the entry.",
            **about,
        )
    corrections = corrections_to(each.cause, each.kind, entries, {owner: each.amount})
    if not corrections:
        return None
    return Found(
        kind=Kind.LEDGER_DIFFERS, reason=describe(corrections), corrections=corrections, **about
    )


def corrections_to(
    cause: str, kind: LedgerEntry.Kind, entries: list[LedgerEntry], wanted: dict[Owner, int]
) -> tuple[Correction, ...]:
    """Return what has to be added so that the entries add up to what is wanted for each owner."""
    missing: dict[Owner, int] = defaultdict(int, wanted)
    for entry in entries:
        missing[entry.booking_id, entry.payment_id] -= entry.amount
    earlier = sum(entry.cause != cause for entry in entries)
    changed = [(owner, amount) for owner, amount in missing.items() if amount]
    return tuple(
        Correction(
            cause=cause,
            number=number,
            booking_id=booking_id,
            payment_id=payment_id,
            # Fees are between us and Stripe: an adjustment would count for the customer.
            kind=Money.FEE if kind == Money.FEE else Money.ADJUSTMENT,
            amount=amount,
        )
        for number, ((booking_id, payment_id), amount) in enumerate(changed, earlier + 1)
    )


def describe(corrections: Iterable[Correction]) -> str:
    """Return in words what the ledger has too much or too little of."""
    words = []
    for each in corrections:
        way = "low" if each.amount > 0 else "high"
        words.append(f"{each.cause} is {format_cents(abs(each.amount))} too {way} in the ledger.")
    return " ".join(words)
