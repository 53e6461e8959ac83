"""Everything that we hold of a person, as one JSON document for them to read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from customers.models import Customer, User
from customers.services.profiles import refuse_past
from myhibachi.core import audit
from myhibachi.core.errors import NotAllowed
from payments import mirror
from payments.queries.customer_money import customer_money
from payments.queries.person import Person, audit_of, charges_of, events_of, person
from payments.services.stripe_customers import stripe_customers_of

Json = dict[str, Any]

PERMISSION = "customers.export_personal_data"
ABOUT = {
    "money": "Amounts are whole cents in the currency beside them.",
    "times": "Times are ISO 8601 with their offset; a booking's date and time are the venue's.",
    "profile": "Your entry with us, and other entries that turned out to be yours.",
    "account": "What you log in with. A password is kept as a hash alone, which is left out.",
    "logins": "When you logged in, and until when.",
    "bookings": "Your parties: what you ordered, where, for how much, under which rules.",
    "quotes": "What we offered you, each version of it.",
    "waitlist": "The full slots you waited for.",
    "payments": "Each attempt to pay, and what came of it. Card numbers never reach us.",
    "money_in": "What our bank, Venmo or Zelle told us of money that you sent.",
    "refunds": "Money that went back to you.",
    "disputes": "Charges that you asked your bank to take back.",
    "evidence": "What we told your bank of those.",
    "invoices": "What we asked you for.",
    "ledger": "Every movement of your money, as it is in our books.",
    "emails": "What we wrote to you.",
    "log": "What was done to all this, when, and whether by you or by our staff.",
    "stripe": "Our copies of what Stripe, who takes the payments, knows of you.",
    "stripe_events": "What Stripe told us of that, and when.",
}
SECTIONS = frozenset(ABOUT) - {"money", "times"}
# What proves who somebody is, or how we stored it: no data about them.
LEFT_OUT = frozenset(
    ("password", "refresh_id", "auth_hash", "is_staff", "is_superuser", "merged_into", "attempts",
     "next_attempt_at", "key", "awaiting_stripe", "as_of", "seat", "recorded_by", "requested_by",
     "decided_by", "fingerprint", "batch",
     "edited_by", "submitted_by")
)  # fmt: skip


def export_customer(*, customer_id: UUID, actor: User, now: datetime) -> Json:
    """Return what we hold of a customer, JSON-ready; `about` in it explains each part.

    Raises:
        Customer.DoesNotExist: there is no such customer.
        NotAllowed: this person may not export personal data.
        NotCurrent: it was erased, or merged: export the one it was merged into.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not export personal data.")
    with transaction.atomic():
        customer = Customer.objects.get(pk=customer_id)
        refuse_past(customer)
        whose = person(customer_id)
        found = {"about": ABOUT, "exported_at": now.isoformat(), **_sections(whose)}
        found["profile"] = _profile(customer_id, found["profile"], now=now)
        counts: dict[str, Any] = {n: len(rows) for n, rows in found.items() if n in SECTIONS}
        audit.record("customer.exported", customer, actor=actor, **counts)
    return found


def _sections(whose: Person) -> Json:
    own = set(whose.users.values_list("pk", flat=True))
    stripe = mirror.copies_of(stripe_customers_of(whose), charge_ids=charges_of(whose))
    ids = [copy.id for copy in stripe]
    return {
        "profile": _rows(whose.customers),
        "account": _rows(whose.users),
        "logins": _rows(whose.sessions),
        "bookings": _rows(whose.bookings),
        "quotes": _rows(whose.quotes),
        "waitlist": _rows(whose.waitlist),
        "payments": _rows(whose.payments),
        "money_in": _rows(whose.money_in),
        "refunds": _rows(whose.refunds),
        "disputes": _rows(whose.disputes),
        "evidence": _rows(whose.evidence),
        "invoices": _rows(whose.invoices),
        "ledger": _rows(whose.ledger),
        "emails": _rows(whose.emails),
        "log": [
            {
                "at": entry.at,
                "by": _by(entry.actor_id, own),
                "what": entry.action,
                "object": f"{entry.object_type} {entry.object_id}",
                "changes": entry.changes,
                "note": entry.note,
            }
            for entry in audit_of(whose)
        ],
        "stripe": [copy.stripe_data for copy in stripe],
        "stripe_events": list(events_of(ids).values("stripe_event_id", "type", "stripe_created")),
    }


def _profile(customer_id: UUID, rows: list[Json], *, now: datetime) -> list[Json]:
    """Add what their custom has come to."""
    worth = customer_money([customer_id], now=now)[customer_id]
    earned = {"lifetime_value": worth.lifetime_value, "loyalty_tier": worth.tier}
    return [row | earned if row["id"] == customer_id else row for row in rows]


def _rows(rows: Iterable[Model]) -> list[Json]:
    return [
        {
            field.name: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.name not in LEFT_OUT
        }
        for row in rows
    ]


def _by(actor_id: UUID | None, own: set[UUID]) -> str:
    if actor_id is None:
        return "the system"
    return "you" if actor_id in own else "staff"
