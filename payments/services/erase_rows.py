"""What of our own rows identifies a person, and what becomes of it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet

from bookings.models import Booking, Email, Quote, WaitlistEntry
from customers.models import Customer
from myhibachi.core import audit
from myhibachi.core.models import AuditEntry, IdempotencyKey
from payments import mirror, personal
from payments.models import Difference, DisputeEvidence, MoneyIn, Payment, Refund, WebhookEvent
from payments.personal import MARK, Words
from payments.queries.person import Person, admin_log_of, audit_of

NAME = "Erased customer"
Columns = dict[str, Any]

ORDERED: Columns = {
    "contact_name": NAME,
    "contact_email": "",
    "contact_phone": "",
    # The ZIP code stays: what travel cost follows from it.
    "location": F("zip_code"),
    "allergies": "",
    "notes": "",
}
# Columns that are a person's own words, whatever they say.
BECOMES: dict[type[models.Model], Columns] = {
    Customer: {"name": NAME, "email": "", "phone": ""},
    Booking: ORDERED | {"client_ip": None},
    Quote: ORDERED | {"message": "", "decline_reason": ""},
    WaitlistEntry: ORDERED,
    Email: dict.fromkeys(("to", "subject", "text", "html", "calendar", "error"), ""),
    Payment: {"note": ""},
    # The fingerprint stays, so that the same line is still not imported twice.
    MoneyIn: {"sender": NAME, "memo": "", "bank_reference": "", "note": ""},
    Refund: {"notes": ""},
    DisputeEvidence: {"fields": {}, "refused": ""},
}
# The same, as the audit log calls them.
SPOKEN = frozenset(name for columns in BECOMES.values() for name in columns)
DONE = (WebhookEvent.State.PROCESSED, WebhookEvent.State.IGNORED)


def values_of(whose: Person, copies: Iterable[Any]) -> Iterator[str]:
    """Yield the names, emails, phones and addresses that we know a person by."""
    for rows in (whose.customers, whose.users):
        for row in rows:
            yield from (row.name, row.email, getattr(row, "phone", ""))
    for rows in (whose.bookings, whose.quotes, whose.waitlist):
        for row in rows:
            yield from (row.contact_name, row.contact_email, row.contact_phone)
            # The whole of it, and the street alone.
            yield from (row.location, row.location.split(",")[0])
    yield from whose.emails.values_list("to", flat=True)
    for copy in copies:
        yield from _texts(copy.stripe_data)


def _texts(value: Any, *, inside: bool = False) -> Iterator[str]:
    """Yield the texts below the keys that identify a person."""
    if isinstance(value, dict):
        for key, item in value.items():
            # A city, a state or a country is no person.
            if key not in ("city", "state", "country"):
                yield from _texts(item, inside=inside or personal.is_personal(key, item))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, inside=inside)
    elif inside and isinstance(value, str):
        yield value


def erase(whose: Person, *, words: Words, object_ids: list[str]) -> None:
    """Take a person out of every row of ours. The caller holds their bookings.

    Args:
        object_ids: their objects at Stripe.
    """
    # What others wrote about the rows, before those change.
    audit.redact(audit_of(whose), without=lambda entry: _without(entry, words))
    admin_log_of(whose).update(object_repr=NAME)
    _scrub(Difference.objects.filter(_about(whose, object_ids)), words)
    _requests_about(whose).delete()
    for rows in whose.tables.values():
        _scrub(rows, words)
    whose.emails.filter(status=Email.Status.QUEUED).update(status=Email.Status.FAILED)
    for model, rows in whose.tables.items():
        if model in BECOMES:
            rows.order_by().update(**BECOMES[model])
    whose.sessions.delete()
    for user in whose.users:
        user.email, user.name = f"erased-{user.pk}@erased.invalid", NAME
        user.is_active, user.email_verified_at = False, None
        user.set_unusable_password()
        user.save()


def events_naming(stripe_customer_ids: list[str]) -> QuerySet[WebhookEvent]:
    """Return the events whose payload names these Stripe customers; all payloads are read."""
    about = Q(pk__in=[])
    for stripe_customer in stripe_customer_ids:
        about |= Q(payload__contains=stripe_customer)
    ids = list(WebhookEvent.objects.filter(about).values_list("pk", flat=True))
    return WebhookEvent.objects.filter(pk__in=ids)


def empty_events(events: QuerySet[WebhookEvent]) -> None:
    """Empty what is done with, as time does; what somebody must look at keeps its ids and amounts.

    One that waits for a worker is emptied by it.
    """
    done = events.filter(state__in=DONE)
    mirror.forget_events(list(done.values_list("stripe_event_id", flat=True)))
    done.order_by().update(payload="", last_error="")
    for event in events.filter(state=WebhookEvent.State.NEEDS_ATTENTION).select_for_update():
        event.payload = json.dumps(personal.without_personal(json.loads(event.payload or "{}")))
        event.last_error = ""
        event.save(update_fields=["payload", "last_error"])


def _about(whose: Person, object_ids: list[str]) -> Q:
    return Q(booking__in=whose.bookings.order_by()) | Q(object_id__in=object_ids)


def _requests_about(whose: Person) -> QuerySet[IdempotencyKey]:
    """Return the answers kept for a day that are theirs, or tell of them."""
    about = Q(pk__in=whose.requests)
    for rows in (whose.bookings, whose.quotes, whose.waitlist, whose.customers):
        for pk in rows.order_by().values_list("pk", flat=True):
            about |= Q(status__isnull=False, body__contains=str(pk))
    return IdempotencyKey.objects.filter(about)


def _scrub(rows: QuerySet[Any], words: Words) -> None:
    """Mark a person's words in every text column of these rows."""
    fields = [
        field.name
        for field in rows.model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not field.choices
        and not field.unique
        # The rules of the house name dishes, not people.
        and field.name != "rules_snapshot"
    ]
    for row in rows.order_by("pk"):
        scrubbed = {name: words.out_of(getattr(row, name)) for name in fields}
        changed = {name: new for name, new in scrubbed.items() if new != getattr(row, name)}
        if changed:
            rows.model._default_manager.filter(pk=row.pk).update(**changed)


def _without(entry: AuditEntry, words: Words) -> tuple[dict[str, Any], str]:
    """Return an entry's changes and note without the person; a note may say anything."""
    changes = {
        name: _marked(value) if name in SPOKEN else words.out_of(value)
        for name, value in entry.changes.items()
    }
    return changes, MARK if entry.note else ""


def _marked(value: Any) -> Any:
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return MARK if value else value
