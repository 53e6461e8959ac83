"""What a change changed, for people: rows of what, how it is now, and how it was."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from bookings import slots
from bookings.models import Booking
from bookings.services.emails import words
from myhibachi.core.money import format_cents

Row = tuple[str, str, str]
LISTS = (("add_ons", "Add-ons"), ("proteins", "Proteins"))


def rows(booking: Booking, facts: dict[str, Any]) -> Iterator[Row]:
    """Yield `(what, now, before)` for each thing that a change's facts tell of."""
    was = _before(booking, facts)
    if was != booking.starts_at:
        yield "When", words.moment(booking.starts_at), words.moment(was)
    if "guests" in facts:
        yield "Guests", str(facts["guests"][1]), str(facts["guests"][0])
    if "location" in facts and words.place(booking):
        yield "Where", facts["location"][1], facts["location"][0]
    for name, label in LISTS:
        if name in facts:
            old, new = (words.listed(items) or "none" for items in facts[name])
            yield label, new, old
    old_total = _old(facts, "total", booking.total)
    if old_total != booking.total:
        yield "Total", format_cents(booking.total), format_cents(old_total)


def _before(booking: Booking, facts: dict[str, Any]) -> dt.datetime:
    date = _old(facts, "date", booking.date.isoformat())
    time = _old(facts, "time", booking.time.isoformat())
    return slots.starts_at(dt.date.fromisoformat(date), dt.time.fromisoformat(time))


def _old(facts: dict[str, Any], name: str, same: Any) -> Any:
    """Return the old value, told as `old_name` or as a pair."""
    if f"old_{name}" in facts:
        return facts[f"old_{name}"]
    return facts[name][0] if isinstance(facts.get(name), list) else same
