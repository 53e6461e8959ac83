"""The calendar: parties by slot with their places, in months, weeks and days."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils.http import urlencode

from bookings.admin.calendar_span import span
from bookings.models import SlotException
from bookings.queries.calendar import calendar
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from customers.tests.factories import UserFactory

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
PAGE = reverse("admin:bookings_booking_calendar")
NOON, THREE, SIX, NINE = (dt.time(hour) for hour in (12, 15, 18, 21))
SATURDAY = dt.date(2027, 7, 3)


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def support(client, db):
    client.force_login(UserFactory(role="support"))
    return client


def shown(client: Any, **query: str) -> str:
    """Return the words of the page's content."""
    answer = client.get(f"{PAGE}?{urlencode(query)}")
    assert answer.status_code == 200
    content = answer.content.decode().split('id="content-main"')[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def links(client: Any, **query: str) -> list[str]:
    html = client.get(f"{PAGE}?{urlencode(query)}").content.decode()
    return [unescape(each) for each in re.findall(r'href="([^"]+)"', html)]


def party(name: str = "Ana", **fields: Any) -> Any:
    usual = {"status": "confirmed", "guests": 12, "date": SATURDAY, "time": SIX}
    return BookingFactory(contact_name=name, **usual | fields)


@pytest.mark.parametrize(
    ("wanted", "days", "beside", "title"),
    [
        ("month 2027-07-03", "2027-06-27 2027-07-31", "2027-06-01 2027-08-01", "July 2027"),
        # A month that begins on a Sunday, and the months in which the clocks change.
        ("month 2027-08-31", "2027-08-01 2027-09-04", "2027-07-01 2027-09-01", "August 2027"),
        ("month 2027-03-14", "2027-02-28 2027-04-03", "2027-02-01 2027-04-01", "March 2027"),
        ("month 2027-11-07", "2027-10-31 2027-12-04", "2027-10-01 2027-12-01", "November 2027"),
        (
            "week 2027-07-03",
            "2027-06-27 2027-07-03",
            "2027-06-26 2027-07-10",
            "Jun 27 – Jul 3, 2027",
        ),
        (
            "week 2027-03-14",
            "2027-03-14 2027-03-20",
            "2027-03-07 2027-03-21",
            "Mar 14 – Mar 20, 2027",
        ),
        (
            "week 2027-12-31",
            "2027-12-26 2028-01-01",
            "2027-12-24 2028-01-07",
            "Dec 26, 2027 – Jan 1, 2028",
        ),
        (
            "day 2027-11-07",
            "2027-11-07 2027-11-07",
            "2027-11-06 2027-11-08",
            "Sunday, November 7, 2027",
        ),
    ],
)
def test_a_span_is_the_whole_month_week_or_day(wanted, days, beside, title):
    view, date = wanted.split()
    found = span(view, dt.date.fromisoformat(date))
    assert f"{found.first} {found.last}" == days
    assert f"{found.previous} {found.following}" == beside
    assert found.title == title


@pytest.mark.parametrize("month", ["2027-03-14", "2027-11-07"])
def test_a_month_in_which_the_clocks_change_has_each_day_once_and_its_slots_stay(db, month):
    date = dt.date.fromisoformat(month)
    party(date=date, time=NOON)
    found = span("month", date)
    days = calendar(first=found.first, last=found.last, now=NOW)
    assert [day.date for day in days] == [found.first + dt.timedelta(n) for n in range(len(days))]
    assert len(days) % 7 == 0
    assert {tuple(slot.time for slot in day.slots) for day in days} == {(NOON, THREE, SIX, NINE)}
    [changed] = [day for day in days if day.date == date]
    assert [slot.places for slot in changed.slots] == ["1 of 2", "0 of 2", "0 of 2", "0 of 2"]


def test_places_are_told_with_exceptions_and_the_waitlist(db):
    party()
    party(time=NINE)
    party(time=NINE)
    WaitlistEntryFactory(date=SATURDAY, time=NINE)
    SlotException.objects.create(date=SATURDAY, time=NOON, capacity=0, reason="A chef is away")
    SlotException.objects.create(date=SATURDAY, time=THREE, capacity=4)

    [day] = calendar(first=SATURDAY, last=SATURDAY, now=NOW)

    assert [
        (slot.time.hour, slot.places, len(slot.parties), slot.waiting, slot.reason, slot.is_open)
        for slot in day.slots
    ] == [
        (12, "closed", 0, 0, "A chef is away", False),
        (15, "0 of 4", 0, 0, "", True),
        (18, "1 of 2", 1, 0, "", True),
        (21, "2 of 2, full", 2, 1, "", False),
    ]
    assert (day.is_closed, day.is_busy, len(day.parties)) == (False, True, 3)


@pytest.mark.parametrize("view", ["month", "week", "day"])
def test_a_closed_date_says_why(support, view):
    SlotException.objects.create(date=SATURDAY, capacity=0, reason="Independence Day")
    assert "Closed: Independence Day" in shown(support, view=view, date="2027-07-03")


@pytest.mark.parametrize("view", ["month", "week", "day"])
def test_each_party_is_linked_with_its_status_and_guests(support, view):
    there = party("Ana Alvarez")
    held = party(
        "Hal Held", status="pending", guests=8, hold_expires_at=NOW + dt.timedelta(minutes=50)
    )
    party("Gone", status="canceled", time=NINE)
    party("Lapsed", status="expired", time=NINE)
    page = shown(support, view=view, date="2027-07-03")
    assert "2 of 2, full" in page
    assert "Ana Alvarez 12 guests confirmed" in page
    assert "Hal Held 8 guests pending 50 minutes left" in page
    assert "2 parties, 20 guests" in page
    assert "Gone" not in page
    assert "Lapsed" not in page
    for each in (there, held):
        page_of = reverse("admin:bookings_booking_change", args=[each.pk])
        assert page_of in links(support, view=view, date="2027-07-03")


def test_a_no_show_is_remembered_and_takes_no_place(support):
    party("Nora", status="no_show", date=dt.date(2027, 5, 29))
    page = shown(support, view="day", date="2027-05-29")
    assert "6:00 PM 0 of 2 Nora 12 guests no show" in page
    assert "No party yet" in page


@pytest.mark.parametrize("view", ["month", "week", "day"])
def test_a_free_slot_leads_to_a_form_that_has_its_date_and_time(support, view):
    party()
    party()
    add = [
        each for each in links(support, view=view, date="2027-07-03") if "date=2027-07-03&" in each
    ]
    base = reverse("admin:bookings_booking_add")
    assert [each for each in add if each.startswith(base)] == [
        f"{base}?date=2027-07-03&time={hour}:00:00" for hour in (12, 15, 21)
    ]
    form = support.get(add[0]).context["adminform"].form
    assert (form["date"].value(), form["time"].value()) == ("2027-07-03", "12:00:00")


@pytest.mark.parametrize("date", ["2027-06-02", "2027-05-29", "2028-07-01"])
def test_what_can_not_be_booked_offers_no_form(support, date):
    base = reverse("admin:bookings_booking_add")
    found = links(support, view="day", date=date)
    assert [each for each in found if each.startswith(f"{base}?date")] == []


@pytest.mark.parametrize(
    "query", [{}, {"view": "year"}, {"date": "2027-02-30"}, {"date": "x"}, {"date": "9999-12-31"}]
)
def test_what_makes_no_sense_shows_this_month(support, query):
    assert "June 2027" in shown(support, **query)


def test_it_costs_the_same_for_a_full_month_as_for_an_empty_day(support, django_assert_num_queries):
    support.get(PAGE)
    # The session, the user and their permissions; then six of the calendar's own.
    with django_assert_num_queries(10):
        support.get(f"{PAGE}?view=day&date=2027-07-03")
    for day in range(1, 29):
        for time in (NOON, SIX):
            party(date=dt.date(2027, 7, day), time=time)
        WaitlistEntryFactory(date=dt.date(2027, 7, day), time=SIX)
        SlotException.objects.create(date=dt.date(2027, 7, day), capacity=3, reason="Extra chefs")
    for view in ("month", "week", "day"):
        with django_assert_num_queries(10):
            support.get(f"{PAGE}?view={view}&date=2027-07-03")


def test_it_stands_in_the_menu_and_beside_the_list_and_the_prep_sheet(support):
    for address in ("admin:index", "admin:bookings_booking_changelist"):
        assert PAGE in support.get(reverse(address)).content.decode()
    prep = support.get(reverse("admin:bookings_booking_prep_day") + "?date=2027-07-03")
    assert f"{PAGE}?view=day&amp;date=2027-07-03" in prep.content.decode()


def test_it_is_for_staff_alone(client, db):
    assert client.get(PAGE).status_code == 302
    client.force_login(UserFactory())
    assert client.get(PAGE).status_code == 302
    client.force_login(UserFactory(is_staff=True))
    assert client.get(PAGE).status_code == 403
