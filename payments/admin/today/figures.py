"""The month's figures, each with where the rest of it is told."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format

from payments.queries.period import Period
from payments.queries.today.month import Compared, money_of, parties_of, to_collect


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure, in cents or a count, beside what it was; None where there is nothing beside."""

    label: str
    value: int
    before: int | None = None
    is_money: bool = True
    url: str = ""

    @property
    def change(self) -> int | None:
        """By how many percent it grew; None where there was nothing to grow from."""
        if not self.before:
            return None
        return round(100 * (self.value - self.before) / abs(self.before))


@dataclass(frozen=True, kw_only=True)
class Month:
    """The month so far: its name, its days, those it is compared with, its figures."""

    name: str
    days: str
    days_before: str
    figures: tuple[Figure, ...]


def month(*, today: dt.date, now: dt.datetime, with_money: bool) -> Month:
    """Return the month's figures: of money, and of parties; without money, of parties alone."""
    periods = Compared.month_of(today)
    figures = _money(periods, now) if with_money else _parties(periods)
    return Month(
        name=date_format(today, "F"),
        days=_days(periods.now),
        days_before=_days(periods.before),
        figures=tuple(figures),
    )


def _money(periods: Compared, now: dt.datetime) -> Iterator[Figure]:
    money, before = money_of(periods)
    details = reverse("analytics") + f"?start={periods.now.first}&end={periods.now.last}"
    details += "&granularity=day"
    yield Figure(label="Revenue", value=money.revenue, before=before.revenue, url=details)
    yield from _parties(periods, with_worth=True)
    yield Figure(label="Refunded", value=money.refunded, before=before.refunded, url=details)
    coming = reverse("admin:bookings_booking_changelist") + "?when=month"
    yield Figure(label="To collect, next 30 days", value=to_collect(now), url=coming)


def _parties(periods: Compared, *, with_worth: bool = False) -> Iterator[Figure]:
    now, before = parties_of(periods)
    for label, value, then in (
        ("Parties", now.count, before.count),
        ("Guests", now.guests, before.guests),
    ):
        yield Figure(label=label, value=value, before=then, is_money=False)
    if with_worth:
        yield Figure(label="Average party", value=now.average, before=before.average)


def _days(period: Period) -> str:
    first, last = period.first, period.last
    month = date_format(first, "M")
    return f"{month} {first.day}" + (f"–{last.day}" if last > first else "")
