"""What moving a booking costs. Pure: the rules and the clock come in, cents come out."""

import datetime as dt
from dataclasses import dataclass

from bookings.rules import Rules
from myhibachi.core.money import format_cents

# From here on nobody counts in hours.
LONG = dt.timedelta(days=4)


@dataclass(frozen=True, kw_only=True)
class MoveFee:
    """What a move costs, in cents, and the rule that says so, for the customer to read."""

    amount: int
    rule: str


UNCONFIRMED = MoveFee(amount=0, rule="A booking whose deposit is not paid yet moves free.")


def move_fee(rules: Rules, *, move: int, starts_at: dt.datetime, now: dt.datetime) -> MoveFee:
    """Return what the next move of a confirmed booking costs.

    Args:
        move: which of its moves this is; the first is 1.
        starts_at: the moment of the slot it leaves; the notice counts in real hours.
    """
    # Both in UTC: of one zone, Python would subtract what the clocks on the wall say.
    notice = starts_at.astimezone(dt.UTC) - now.astimezone(dt.UTC)
    is_early = notice >= dt.timedelta(hours=rules.reschedule_notice_hours)
    is_free = is_early and move <= rules.free_reschedules
    return MoveFee(
        amount=0 if is_free else rules.reschedule_fee,
        rule=f"{in_words(rules)} This is move {move}, {_spelled(notice)} before.",
    )


def in_words(rules: Rules) -> str:
    """Return what moves cost, as a customer reads it."""
    fee, free = format_cents(rules.reschedule_fee), rules.free_reschedules
    if not free:
        return f"Each move costs {fee}."
    first = "The first move is" if free == 1 else f"The first {free} moves are"
    notice = _count(rules.reschedule_notice_hours, "hour")
    return f"{first} free when made {notice} or more before the party; any other costs {fee}."


def _spelled(notice: dt.timedelta) -> str:
    """Return whole days, or hours and minutes, rounded down: 47:59:59 is not yet 48 hours."""
    if notice >= LONG:
        return _count(notice.days, "day")
    hours, minutes = divmod(notice // dt.timedelta(minutes=1), 60)
    return " ".join((_count(hours, "hour"), *([_count(minutes, "minute")] if minutes else [])))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
