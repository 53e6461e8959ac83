"""Looks at one ledger entry from its own side: did what caused it happen at all?"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Q

from myhibachi.core.ids import as_uuid
from myhibachi.core.money import format_cents
from payments import gateway
from payments.errors import GatewayNotFound
from payments.models import LedgerEntry, Payment
from payments.services import paid_back
from payments.services.reconcile import own_rows
from payments.services.reconcile.entries import corrections_to, describe
from payments.services.reconcile.found import Found, Kind
from payments.services.stripe_refunds import CAME_BACK

Json = dict[str, Any]

ENTRY = "payments.LedgerEntry"

# Each family of causes: what Stripe calls the object, and the signed cents it stands for.
FAMILIES: dict[str, tuple[str, Callable[[Json], int]]] = {
    "charge": ("charge", lambda it: it["amount_captured"] if it["status"] == "succeeded" else 0),
    "refund": ("refund", lambda it: 0 if it["status"] == "requires_action" else -it["amount"]),
    "refund_reversal": ("refund", lambda it: it["amount"] if it["status"] in CAME_BACK else 0),
    "dispute": ("balance_transaction", lambda it: it["amount"]),
    "fee": ("balance_transaction", lambda it: -it["fee"]),
}


def check_cause(cause: str) -> Iterator[Found]:
    """Compare the entries of a cause with what Stripe, or staff's own row, says of it."""
    family = Q(cause=cause) | Q(cause__startswith=f"adjustment:{cause}#")
    entries = list(LedgerEntry.objects.filter(family).order_by("pk"))
    if not entries:
        return
    first = entries[0]
    truth = _truth(cause)
    # Where the object exists, entries that stand elsewhere are found from its own side.
    owner = (first.booking_id, first.payment_id)
    elsewhere = any((each.booking_id, each.payment_id) != owner for each in entries)
    if truth and elsewhere:
        return
    corrections = corrections_to(
        cause, LedgerEntry.Kind(first.kind), entries, {owner: truth} if truth else {}
    )
    if corrections:
        total = sum(entry.amount for entry in entries)
        nothing = f"{format_cents(total)} is booked for {cause}, and nothing like it happened."
        yield Found(
            kind=Kind.LEDGER_DIFFERS if truth else Kind.LEDGER_EXTRA,
            object_type=ENTRY,
            object_id=cause,
            booking_id=first.booking_id,
            reason=describe(corrections) if truth else nothing,
            corrections=corrections,
        )


def _truth(cause: str) -> int:
    """Return the signed cents that a cause stands for, 0 if there is no such thing."""
    family, _, name = cause.partition(":")
    if family == "manual":
        staffs = Payment.objects.exclude(method=Payment.Method.STRIPE)
        payment = staffs.filter(pk=as_uuid(name)).first()
        return payment.amount if payment else 0
    if cause.startswith(paid_back.CAUSE):
        paid = own_rows.paid_back().filter(pk=as_uuid(cause.removeprefix(paid_back.CAUSE))).first()
        return -paid.amount if paid else 0
    if family not in FAMILIES:
        return 0
    object_type, cents = FAMILIES[family]
    try:
        return cents(gateway.retrieve(object_type, name))
    except GatewayNotFound:
        return 0
