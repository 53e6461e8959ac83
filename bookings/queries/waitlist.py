"""Who waits for which slot, and for the person who asks: where in line."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from bookings.models import Status, WaitlistEntry
from bookings.models.waitlist import WaitlistQuerySet
from customers.models import User
from customers.roles import is_staff_role
from myhibachi.core.errors import NotFound


def visible_to(user: User | AnonymousUser) -> WaitlistQuerySet:
    """Return what someone may see: staff everything, a customer their own, others nothing."""
    if is_staff_role(user):
        return WaitlistEntry.objects.all()
    if not isinstance(user, User):
        return WaitlistEntry.objects.none()
    return WaitlistEntry.objects.filter(customer__user=user)


def find_entry(entry_id: UUID, *, user: User | AnonymousUser) -> WaitlistEntry:
    """Return the entry with this id, as `with_ahead` does.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    entry = with_ahead(visible_to(user)).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound("There is no such place in line.", attr="entry_id")
    return entry


def with_ahead(entries: WaitlistQuerySet) -> WaitlistQuerySet:
    """Annotate `ahead`: how many wait for the same slot before each; None for one in no line."""
    before = (
        WaitlistEntry.objects.waiting()
        .filter(
            Q(created_at__lt=OuterRef("created_at"))
            | Q(created_at=OuterRef("created_at"), id__lt=OuterRef("id")),
            date=OuterRef("date"),
            time=OuterRef("time"),
        )
        .order_by()
        .values("date")
        .annotate(count=Count("id"))
        .values("count")
    )
    ahead: Any = Case(When(status=WaitlistEntry.Status.WAITING, then=Coalesce(Subquery(before), 0)))
    return entries.annotate(ahead=ahead)


def line(*, date: dt.date, time: dt.time) -> WaitlistQuerySet:
    """Return those who wait for a slot, the next one first."""
    return WaitlistEntry.objects.waiting().filter(date=date, time=time).in_line()


def slots_waited_for() -> list[tuple[dt.date, dt.time]]:
    """Return the slots that somebody waits for, the nearest first."""
    rows = WaitlistEntry.objects.waiting().values_list("date", "time").distinct()
    return list(rows.order_by("date", "time"))


def answered_offers() -> QuerySet[WaitlistEntry]:
    """Return the offers whose booking was paid for, ran out or was canceled; its row loaded."""
    offered = WaitlistEntry.objects.filter(status=WaitlistEntry.Status.OFFERED)
    return offered.exclude(booking__status=Status.PENDING).select_related("booking")
