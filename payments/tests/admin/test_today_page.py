"""The rest of the first page: what it costs, the parties of two days, and the month's figures."""

import datetime as dt

import pytest
from django.db.models import Sum
from django.utils import timezone

from bookings import slots
from bookings.models import Booking, SlotException
from bookings.tests.factories import BookingFactory
from payments.models import LedgerEntry
from payments.queries.analytics import payment_analytics
from payments.queries.period import Period
from payments.queries.today.month import Compared, Money, Parties, money_of, parties_of, to_collect
from payments.tests.admin.test_refund_page import words
from payments.tests.admin.todays import CASES
from payments.tests.factories import paid_payment, refunded

pytestmark = pytest.mark.django_db
TODAY = "/admin/"
# Who asks, and what they may: 4. What waits: 2, and one a table: 12. Two days' rules, parties and
# places: 5. Figures: 3.
QUERIES = 4 + 2 + 12 + 5 + 3


def fill(times: int) -> None:
    for _ in range(times):
        for case in CASES.values():
            case.make()


def test_it_costs_the_same_however_much_waits(admin, django_assert_num_queries):
    with django_assert_num_queries(QUERIES):
        admin.get(TODAY)
    fill(1)
    with django_assert_num_queries(QUERIES):
        admin.get(TODAY)
    fill(2)
    with django_assert_num_queries(QUERIES):
        admin.get(TODAY)


def party(day: int, time: str, **fields) -> Booking:
    date = slots.local_date(timezone.now()) + dt.timedelta(days=day)
    at = dt.time.fromisoformat(time)
    values = {"status": "confirmed", "date": date, "time": at, "contact_phone": "+1 408 555 1000"}
    return BookingFactory(**values | fields)


def test_the_parties_of_two_days_stand_by_slot_with_what_is_free(staff):
    first, second = party(0, "18:00", guests=8), party(0, "18:00", guests=12)
    tomorrow = party(1, "12:30", contact_name="Ana Lee")
    party(2, "12:00")
    party(0, "15:00", status="canceled")
    SlotException.objects.create(date=first.date, time=dt.time(12), capacity=0)

    page = staff("support").get(TODAY)

    found = [
        [(f"{slot.time:%H:%M}", slot.free, slot.parties) for slot in day.slots]
        for day in page.context["days"]
    ]
    assert found == [
        [
            ("12:00", 0, ()),
            ("15:00", 2, ()),
            ("18:00", 0, (first, second)),
            ("21:00", 2, ()),
        ],
        [
            ("12:00", 2, ()),
            ("12:30", 1, (tomorrow,)),
            ("15:00", 2, ()),
            ("18:00", 2, ()),
            ("21:00", 2, ()),
        ],
    ]
    said = words(page)
    assert "2 parties, 20 guests" in said
    assert "12:30 PM 1 more free" in said
    assert "Free: 3:00 PM (2), 9:00 PM (2)" in said
    shown = page.content.decode()
    for address in (
        "/admin/bookings/booking/calendar/",
        f"/admin/bookings/booking/{tomorrow.pk}/change/",
        f"/admin/bookings/booking/{tomorrow.pk}/prep/",
        "tel:+14085551000",
    ):
        assert f'href="{address}"' in shown


def test_a_day_without_parties_is_said_kindly(admin):
    assert "No parties. A day to sharpen the knives." in words(admin.get(TODAY))


@pytest.mark.parametrize(
    ("today", "now", "before"),
    [
        ("2026-11-28", ("2026-11-01", "2026-11-28"), ("2026-10-01", "2026-10-28")),
        ("2026-03-31", ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        ("2026-01-01", ("2026-01-01", "2026-01-01"), ("2025-12-01", "2025-12-01")),
    ],
)
def test_a_month_is_compared_with_the_same_days_of_the_one_before(today, now, before):
    def period(days: tuple[str, str]) -> Period:
        first, last = map(dt.date.fromisoformat, days)
        return Period(first=first, last=last)

    expected = Compared(now=period(now), before=period(before))
    assert Compared.month_of(dt.date.fromisoformat(today)) == expected


MONTH = Compared.month_of(dt.date(2026, 10, 20))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=timezone.get_default_timezone())


def test_the_months_money_is_what_the_ledger_says_to_the_cent():
    for when in ("2026-10-01 00:00", "2026-10-20 23:59"):
        refunded(paid_payment(at=at(when)), amount=2500, at=at(when))
    for outside in ("2026-10-21 00:00", "2026-09-21 00:00", "2026-08-31 23:59"):
        paid_payment(at=at(outside), amount=700)
    paid_payment(at=at("2026-09-20 12:00"), amount=4200)

    now, before = money_of(MONTH)

    assert now == Money(revenue=15000, refunded=5000)
    assert before == Money(revenue=4200, refunded=0)
    for money, period in ((now, MONTH.now), (before, MONTH.before)):
        entries = LedgerEntry.objects.filter(
            occurred_at__gte=period.start, occurred_at__lt=period.end
        ).exclude(kind="fee")
        assert money.revenue == entries.aggregate(total=Sum("amount"))["total"]


def test_the_months_money_is_what_the_analytics_say():
    payment = paid_payment(at=at("2026-10-05 12:00"), amount=20000)
    refunded(payment, amount=2500, at=at("2026-10-06 12:00"))

    totals = payment_analytics(start=MONTH.now.first, end=MONTH.now.last).totals

    now, _before = money_of(MONTH)
    assert (now.revenue, now.refunded) == (totals.revenue, totals.refunded) == (17500, 2500)


def test_the_months_parties_are_those_that_did_not_fall_through():
    for day, status, guests in (
        (3, "completed", 10),
        (20, "confirmed", 20),
        (21, "confirmed", 30),
        (5, "canceled", 40),
        (6, "pending", 50),
    ):
        date = dt.date(2026, 10, day)
        BookingFactory(date=date, status=status, guests=guests, total=100 * guests, deposit_due=0)
    BookingFactory(date=dt.date(2026, 9, 20), status="no_show")

    now, before = parties_of(MONTH)

    assert now == Parties(count=2, guests=30, worth=3000)
    assert (now.average, before) == (1500, Parties(count=0, guests=0, worth=0))


def test_what_is_to_collect_is_what_the_next_parties_owe():
    now = timezone.now()
    for days, paid, status in (
        (2, 10000, "confirmed"),
        (29, 0, "confirmed"),
        (29, 60000, "confirmed"),
        (31, 0, "confirmed"),
        (3, 0, "pending"),
        (-1, 0, "confirmed"),
    ):
        BookingFactory(
            starts_at=now + dt.timedelta(days=days), status=status, total=60000, paid=paid
        )
    assert to_collect(now) == 50000 + 60000


def test_figures_of_money_are_for_those_who_may(staff):
    paid_payment(amount=12300)

    def labels(role: str) -> list[str]:
        return [each.label for each in staff(role).get(TODAY).context["month"].figures]

    everything = [
        "Revenue",
        "Parties",
        "Guests",
        "Average party",
        "Refunded",
        "To collect, next 30 days",
    ]
    assert [labels(role) for role in ("support", "manager")] == [["Parties", "Guests"]] * 2
    assert [labels(role) for role in ("finance", "admin")] == [everything] * 2
    page = staff("finance").get(TODAY)
    assert "Revenue $123.00" in words(page)
    for figure in page.context["month"].figures:
        assert not figure.url or staff("finance").get(figure.url).status_code == 200
