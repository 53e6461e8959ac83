"""Reminds of deposits, balances and parties, by each booking's own rules; the key makes it once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, QuerySet

from bookings.models import Booking, Email, RuleBook, Status
from bookings.rules import Rules
from bookings.services.emails import queue_email
from bookings.services.emails.queue import email_key

# The e-mail that confirms a booking says what is left to pay: no other one right behind it.
BREATH = dt.timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """One kind of reminder.

    Attributes:
        candidates: those it may be time for, found by an index.
        is_due: whether it is, under the booking's own rules.
        news: what makes it another reminder: a new hold, or another date.
    """

    kind: Email.Kind
    candidates: Callable[[dt.datetime], QuerySet[Booking]]
    is_due: Callable[[Booking, dt.datetime], bool]
    news: Callable[[Booking], str]


def send_reminders(now: dt.datetime) -> int:
    """Queue every reminder that is due. Safe to repeat, and with several workers at once.

    Returns:
        how many bookings a reminder was due for.
    """
    due = [(reminder, pk) for reminder in REMINDERS for pk in _untold(reminder, now)]
    for reminder, booking_id in due:
        _remind(reminder, booking_id, now=now)
    return len(due)


def _untold(reminder: Reminder, now: dt.datetime) -> list[UUID]:
    candidates = reminder.candidates(now).exclude(contact_email="")
    keys = {
        email_key(reminder.kind, booking, reminder.news(booking)): booking.pk
        for booking in candidates
        if reminder.is_due(booking, now)
    }
    told = set(Email.objects.filter(key__in=keys).values_list("key", flat=True))
    return [pk for key, pk in keys.items() if key not in told]


def _remind(reminder: Reminder, booking_id: UUID, *, now: dt.datetime) -> None:
    with transaction.atomic():
        # What somebody has locked is changing: the next run looks again.
        candidates = reminder.candidates(now).select_for_update(skip_locked=True)
        booking = candidates.filter(pk=booking_id).first()
        if booking and reminder.is_due(booking, now):
            queue_email(reminder.kind, booking=booking, news=reminder.news(booking), now=now)


def _held(now: dt.datetime) -> QuerySet[Booking]:
    """Return those whose hold runs, and whose deposit is not paid."""
    held = Booking.objects.filter(status=Status.PENDING, hold_expires_at__gt=now)
    return held.filter(paid__lt=F("deposit_due"))


def _soon(now: dt.datetime, rule: str) -> QuerySet[Booking]:
    """Return the confirmed parties that begin within the longest time any rules give."""
    # What the first snapshots, which lack it, take.
    older: int = getattr(Rules, rule)
    longest = RuleBook.objects.aggregate(longest=Max(rule))["longest"]
    until = now + dt.timedelta(hours=max(longest, older))
    return Booking.objects.filter(status=Status.CONFIRMED, starts_at__gt=now, starts_at__lte=until)


def _hold_is_half_over(booking: Booking, now: dt.datetime) -> bool:
    rules = booking.rules
    left = dt.timedelta(minutes=rules.hold_minutes - rules.hold_reminder_minutes)
    return booking.hold_expires_at is not None and now >= booking.hold_expires_at - left


def _balance_is_due(booking: Booking, now: dt.datetime) -> bool:
    hours = dt.timedelta(hours=booking.rules.balance_reminder_hours)
    has_read = booking.confirmed_at is None or booking.confirmed_at + BREATH <= now
    return has_read and now >= booking.starts_at - hours


def _party_is_near(booking: Booking, now: dt.datetime) -> bool:
    return now >= booking.starts_at - dt.timedelta(hours=booking.rules.party_reminder_hours)


def _slot(booking: Booking) -> str:
    return f"{booking.date:%Y-%m-%d} {booking.time:%H:%M}"


REMINDERS = (
    Reminder(
        kind=Email.Kind.HOLD_REMINDER,
        candidates=_held,
        is_due=_hold_is_half_over,
        news=lambda booking: f"{booking.hold_expires_at:%Y-%m-%d %H:%M}",
    ),
    Reminder(
        kind=Email.Kind.BALANCE_DUE,
        candidates=lambda now: _soon(now, "balance_reminder_hours").filter(paid__lt=F("total")),
        is_due=_balance_is_due,
        news=_slot,
    ),
    Reminder(
        kind=Email.Kind.PARTY_REMINDER,
        candidates=lambda now: _soon(now, "party_reminder_hours"),
        is_due=_party_is_near,
        news=_slot,
    ),
)
