"""Rows of ours beside the values that Stripe's object gives them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from payments.services.reconcile.found import Found, Kind

Json = dict[str, Any]
# Names of columns, and what they must hold.
Facts = dict[str, Any]


def wrong_facts(row: Model, facts: Facts) -> Facts:
    """Return those of the facts that the row does not hold."""
    return {name: value for name, value in facts.items() if getattr(row, name) != value}


def row_differs(row: Any, facts: Facts, stripe_object: Json) -> Iterator[Found]:
    """Yield a difference if the row does not hold these facts."""
    wrong = wrong_facts(row, facts)
    if not wrong:
        return
    details = "; ".join(
        f"{name} is {getattr(row, name)!s}, at Stripe {value!s}" for name, value in wrong.items()
    )
    payment = getattr(row, "payment", None)
    yield Found(
        kind=Kind.ROW_DIFFERS,
        object_type=stripe_object["object"],
        object_id=stripe_object["id"],
        booking_id=payment.booking_id if payment else getattr(row, "booking_id", None),
        reason=f"Our {row._meta.verbose_name}: {details}.",
    )


def row_missing(stripe_object: Json, *, reason: str, booking_id: Any) -> Found:
    """Return that Stripe's object concerns us, and we have no row for it."""
    return Found(
        kind=Kind.ROW_MISSING,
        object_type=stripe_object["object"],
        object_id=stripe_object["id"],
        booking_id=booking_id,
        reason=reason,
    )
