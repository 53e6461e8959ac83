"""The buttons on a booking's page: what can be done now, the likely next step first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from django.urls import reverse

from bookings.models import Booking


class Group(IntEnum):
    """What a button is for, in the order they stand. `BACK` takes something away."""

    MONEY = 1
    PARTY = 2
    PAPER = 3
    BACK = 4


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One button: a link to a page that asks first, or only shows something."""

    name: str
    url: str
    group: Group
    is_next: bool = False

    @property
    def group_name(self) -> str:
        """The group as its CSS class has it."""
        return self.group.name.lower()


def tool(name: str, page: Any, booking: Booking, group: Group) -> Tool:
    """Return the button that leads to a page of its own: a module with a `NAME`."""
    return Tool(name=name, url=reverse(f"admin:{page.NAME}", args=[booking.pk]), group=group)


def in_order(tools: Iterable[Tool], *, following: str) -> list[Tool]:
    """Return the buttons, the one named `following` first and marked as the next step."""
    marked = (replace(each, is_next=each.name == following) for each in tools)
    return sorted(marked, key=lambda each: (not each.is_next, each.group))
