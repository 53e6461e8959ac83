"""Two entries of one person become one: everything of the one moves to the other."""

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from bookings.models import WaitlistEntry
from bookings.services.waitlist import move
from customers.models import Customer, User
from customers.services.profiles import refuse_past
from myhibachi.core import audit
from myhibachi.core.errors import DomainError, NotAllowed
from payments.services.locks import lock_people

PERMISSION = "customers.merge_customer"
ACTIVE = (WaitlistEntry.Status.WAITING, WaitlistEntry.Status.OFFERED)

logger = logging.getLogger(__name__)


class MergeRefused(DomainError):
    """A person has to decide something first."""

    code = "merge_refused"


@dataclass(frozen=True, kw_only=True)
class Merging:
    """What a merge would do, or has done.

    `moved` counts rows by the name of their table; `kept` is as it will be afterwards.
    """

    kept: dict[str, str]
    moved: dict[str, int]
    places_given_up: int


def preview_merge(*, kept_id: UUID, merged_id: UUID) -> Merging:
    """Return what `merge_customers` would do.

    Raises:
        Customer.DoesNotExist, MergeRefused, NotCurrent: as `merge_customers` says.
    """
    kept, merged = _find(kept_id), _find(merged_id)
    _check(kept, merged)
    given_up = len(_double_places(kept, merged))
    moved = {name: rows.count() for name, _field, rows in _rows_of(merged)}
    _take_over(kept, merged)
    return Merging(kept=_shown(kept), moved=moved, places_given_up=given_up)


def merge_customers(*, kept_id: UUID, merged_id: UUID, actor: User) -> Merging:
    """Move everything of one customer to another, who is the same person.

    The ledger is not touched: it hangs on the bookings. What the kept one lacks (email, phone,
    account, Stripe customer) it takes from the other; a Stripe customer that is left over stays
    on the merged entry, so that what Stripe says of it still finds the person.

    All of theirs is locked, as `lock_people` says. What somebody makes for the merged one at this
    very moment follows by `follow_merged`: a foreign key is checked at its commit, so no lock of
    ours would hold it off.

    Raises:
        Customer.DoesNotExist: there is no such customer.
        NotAllowed: this person may not merge customers.
        NotCurrent: one of them was merged or erased already.
        MergeRefused: both have an account, or both were offered a place in the same slot.
    """
    if not actor.has_perm(PERMISSION):
        raise NotAllowed("You may not merge customers.")
    with transaction.atomic(durable=True):
        lock_people((kept_id, merged_id))
        kept, merged = _find(kept_id), _find(merged_id)
        _check(kept, merged)
        given_up = _double_places(kept, merged)
        for entry in given_up:
            move(entry, WaitlistEntry.Status.WITHDRAWN, actor=actor)
        moved = {name: rows.update(**{field: kept}) for name, field, rows in _rows_of(merged)}
        before = _shown(kept)
        _take_over(kept, merged)
        after = _shown(kept)
        merged.merged_into = kept
        # First what gives up the account and the Stripe id, which are one customer's each.
        merged.save()
        kept.save()
        changes: dict[str, Any] = {
            name: [before[name], after[name]] for name in after if before[name] != after[name]
        }
        audit.record("customer.merged", merged, actor=actor, into=str(kept.pk), moved=moved)
        audit.record("customer.took_over", kept, actor=actor, merged=str(merged.pk), **changes)
    return Merging(kept=after, moved=moved, places_given_up=len(given_up))


def follow_merged() -> int:
    """Move what was made for a merged customer while it was being merged; return how much.

    Each row in its own transaction; one row's trouble stops no other. Two offers of one slot wait,
    as in merging, until one of them is taken or has lapsed.
    """
    moved = 0
    for relation in Customer._meta.related_objects:
        field = relation.field.name
        rows = relation.related_model._default_manager.filter(
            **{f"{field}__merged_into__isnull": False}
        )
        for row in rows.select_related(f"{field}__merged_into"):
            try:
                moved += _follow(row, field, rows)
            except Exception:
                logger.exception("%s %s does not follow its customer.", row._meta.label, row.pk)
    return moved


def _follow(row: Any, field: str, rows: QuerySet[Any]) -> int:
    """Give a row to whom its customer was merged into; return how many rows moved."""
    merged = getattr(row, field)
    kept = merged.merged_into
    with transaction.atomic():
        if isinstance(row, WaitlistEntry):
            try:
                later = _all_but_one(_lock_places(row, kept, merged))
            except MergeRefused:
                return 0
            for entry in later:
                move(entry, WaitlistEntry.Status.WITHDRAWN, actor=None)
        moved: int = rows.filter(pk=row.pk, **{field: merged}).update(**{field: kept})
    return moved


def _lock_places(entry: WaitlistEntry, *both: Customer) -> list[WaitlistEntry]:
    """Return the places that these two have in an entry's slot, locked; the first one first."""
    places = WaitlistEntry.objects.filter(
        customer__in=both, date=entry.date, time=entry.time, status__in=ACTIVE
    )
    locked = places.order_by("pk").select_for_update(no_key=True)
    return sorted(locked, key=lambda place: (place.created_at, place.pk))


def _find(customer_id: UUID) -> Customer:
    return Customer.objects.select_related("user").get(pk=customer_id)


def _check(kept: Customer, merged: Customer) -> None:
    if kept == merged:
        raise MergeRefused("This is one and the same entry.")
    refuse_past(kept)
    refuse_past(merged)
    if kept.user and merged.user:
        raise MergeRefused(
            f"Both have an account: {kept.user.email} and {merged.user.email}. One of the logins "
            "would lose its bookings: that is the customer's to decide, so both stay."
        )


def _double_places(kept: Customer, merged: Customer) -> list[WaitlistEntry]:
    """Return the places in line that one person would have twice: the later ones.

    Raises:
        MergeRefused: both were offered a place in the same slot.
    """
    by_slot: dict[Any, list[WaitlistEntry]] = {}
    entries = WaitlistEntry.objects.filter(customer__in=(kept, merged), status__in=ACTIVE)
    for entry in entries.order_by("created_at", "pk"):
        by_slot.setdefault((entry.date, entry.time), []).append(entry)
    return [later for found in by_slot.values() for later in _all_but_one(found)]


def _all_but_one(found: list[WaitlistEntry]) -> list[WaitlistEntry]:
    """Return what of one slot's places is given up: not the one offered, else not the first."""
    offered = [entry for entry in found if entry.status == WaitlistEntry.Status.OFFERED]
    if len(offered) > 1:
        date, time = found[0].date, found[0].time
        raise MergeRefused(
            f"Both were offered a place on {date:%B} {date.day} at {time:%H:%M}. Wait until "
            "one of them is taken or has lapsed."
        )
    stays = (offered or found)[:1]
    return [entry for entry in found if entry not in stays]


def _rows_of(customer: Customer) -> list[tuple[str, str, QuerySet[Any]]]:
    """Return all that points to a customer: the table's name, its column, the rows."""
    found = []
    for relation in Customer._meta.related_objects:
        model, field = relation.related_model, relation.field.name
        is_self = model is Customer
        name = "merged entries" if is_self else str(model._meta.verbose_name_plural)
        found.append((name, field, model._default_manager.filter(**{field: customer})))
    return found


def _take_over(kept: Customer, merged: Customer) -> None:
    """Give the kept one what it lacks; nothing is saved."""
    kept.email = kept.email or merged.email
    kept.phone = kept.phone or merged.phone
    if merged.user:
        kept.user, merged.user = merged.user, None
    if merged.stripe_customer_id and not kept.stripe_customer_id:
        kept.stripe_customer_id, merged.stripe_customer_id = merged.stripe_customer_id, None


def _shown(customer: Customer) -> dict[str, str]:
    return {
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "account": customer.user.email if customer.user else "",
        "Stripe customer": customer.stripe_customer_id or "",
    }
