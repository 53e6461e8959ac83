"""Filters by a range, on the audit log's model: nothing of the floors above is needed."""

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Q
from django.test import RequestFactory

from myhibachi.core.admin import PLANNED, DateRangeFilter, MoneyRangeFilter
from myhibachi.core.admin.ranges import midnight
from myhibachi.core.models import AuditEntry

AT = AuditEntry._meta.get_field("at")


@pytest.fixture(autouse=True)
def _clock(time_machine):
    # Still the last of June at the venue.
    time_machine.move_to("2026-07-01T05:00:00Z", tick=False)


def filtered(kind: Any, **asked: str) -> Any:
    params = {name: [value] for name, value in asked.items()}
    page = admin.ModelAdmin(AuditEntry, admin.site)
    request = RequestFactory().get("/", asked)
    found = kind(AT, request, params, AuditEntry, page, field_path="at")
    assert params == {}
    return found


def days(since: str | None, until: str | None) -> Q:
    """Return what the whole days from one to another are; the second is not in them."""
    start = Q(at__gte=midnight(dt.date.fromisoformat(since))) if since else Q()
    return start & Q(at__lt=midnight(dt.date.fromisoformat(until))) if until else start


def condition(found: Any) -> Any:
    return found.condition(found.start, found.end)


@pytest.mark.parametrize(
    ("asked", "wanted", "said"),
    [
        ({"at": "today"}, days("2026-06-30", "2026-07-01"), "Today"),
        ({"at": "7days"}, days("2026-06-24", "2026-07-01"), "Past 7 days"),
        ({"at": "month"}, days("2026-06-01", "2026-07-01"), "This month"),
        ({"at": "last_month"}, days("2026-05-01", "2026-06-01"), "Last month"),
        ({"at_from": "2026-06-01"}, days("2026-06-01", None), "from Jun 1, 2026"),
        ({"at_to": "2026-06-02"}, days(None, "2026-06-03"), "up to Jun 2, 2026"),
        (
            {"at_from": "2026-06-01", "at_to": " 2026-06-02 "},
            days("2026-06-01", "2026-06-03"),
            "Jun 1, 2026 to Jun 2, 2026",
        ),
        # What somebody types counts for more than a preset.
        (
            {"at": "today", "at_from": "2026-06-01", "at_to": "2026-06-01"},
            days("2026-06-01", "2026-06-02"),
            "Jun 1, 2026",
        ),
    ],
)
def test_a_range_of_days_is_whole_days_at_the_venue(asked, wanted, said):
    found = filtered(DateRangeFilter, **asked)

    assert (condition(found), found.in_words, found.error) == (wanted, said, "")


def test_a_day_is_as_long_as_the_venues_clocks_make_it():
    found = filtered(DateRangeFilter, at_from="2026-11-01", at_to="2026-11-01")

    [(_, start), (_, end)] = condition(found).children
    assert end.timestamp() - start.timestamp() == 25 * 60 * 60


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"at_from": "31.12.2026"}, "“31.12.2026” is no date. Write it as 2026-01-31."),
        ({"at_to": "2026-02-30"}, "“2026-02-30” is no date. Write it as 2026-01-31."),
        ({"at_to": "9999-12-31"}, "9999-12-31 is not within 2000-01-01 and 2199-12-31."),
        (
            {"at_from": "2026-06-02", "at_to": "2026-06-01"},
            "Jun 2, 2026 is beyond Jun 1, 2026.",
        ),
        ({"at": "someday"}, "“someday” is none of these."),
    ],
)
def test_what_is_no_date_filters_nothing_and_says_so(asked, said):
    found = filtered(DateRangeFilter, **asked)

    assert (condition(found), found.error, found.is_narrowed) == (Q(), said, False)


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("today", "2026-06-30", "2026-06-30"),
        ("week", "2026-06-30", "2026-07-07"),
        ("month", "2026-06-30", "2026-07-30"),
        ("upcoming", "2026-06-30", None),
        ("past", None, "2026-06-29"),
    ],
)
def test_what_is_planned_lies_ahead(preset, first, last):
    found = PLANNED[preset].days(dt.date(2026, 6, 30))

    assert [each and each.isoformat() for each in found] == [first, last]


@pytest.mark.parametrize(
    ("asked", "wanted", "said"),
    [
        ({"at_from": "$1,234.5"}, Q(at__gte=123450), "from $1,234.50"),
        ({"at_to": "20"}, Q(at__lte=2000), "up to $20.00"),
        ({"at_from": "-5", "at_to": "10"}, Q(at__gte=-500) & Q(at__lte=1000), "-$5.00 to $10.00"),
    ],
)
def test_a_range_of_money_is_in_dollars(asked, wanted, said):
    found = filtered(MoneyRangeFilter, **asked)

    assert (condition(found), found.in_words, found.error) == (wanted, said, "")


@pytest.mark.parametrize("text", ["abc", "1.234,00", "0.001", "9" * 30, "1e5", "٣"])
def test_what_is_no_amount_filters_nothing_and_says_so(text):
    found = filtered(MoneyRangeFilter, at_from=text)

    said = f"“{text}” is no amount. Write dollars: 125 or 1,250.50."
    assert (condition(found), found.error) == (Q(), said)
