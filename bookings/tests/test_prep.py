import datetime as dt
import re

import pytest
from django.urls import reverse

from bookings.models import Booking, Status
from bookings.pricing import Item
from bookings.queries.prep import DayTotals, Portion, prep_day, prep_sheet
from bookings.services import Order
from bookings.tests.factories import BookingFactory, default_rules
from customers.tests.factories import UserFactory

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
DAY = dt.date(2027, 7, 3)
SHEETS = reverse("admin:bookings_booking_prep_day")
NOON, EVENING, NIGHT = dt.time(12), dt.time(18), dt.time(21)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def as_support(client):
    client.force_login(UserFactory(role="support"))
    return client


def sheet_of(booking):
    return reverse("admin:bookings_booking_prep", args=[booking.pk])


def text_of(response):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
    return text.split("Today", 1)[-1].replace("&#x27;", "'")


def party(*, time=EVENING, adults=8, children=0, proteins=(), add_ons=(), **columns):
    """Return a booking of this order on the day, confirmed unless said otherwise."""
    order = Order(
        adults=adults,
        children=children,
        location="123 Main St, San Jose, CA",
        add_ons=tuple(Item(code=code, quantity=count) for code, count in add_ons),
    )
    chosen = [{"code": code, "quantity": count} for code, count in proteins]
    made = {"status": Status.CONFIRMED, "date": DAY, "guests": adults + children}
    return BookingFactory(
        order=order,
        time=time,
        children=children,
        proteins=chosen,
        add_ons=[{"code": code, "quantity": count} for code, count in add_ons],
        **made | columns,
    )


def test_a_sheet_says_when_to_be_there_and_what_is_missing():
    booking = party(adults=6, children=2, proteins=[("steak", 8), ("tofu", 4)], paid=10000)

    sheet = prep_sheet(booking)

    assert [
        f"{moment:%H:%M %Z}" for moment in (sheet.arrives_at, sheet.starts_at, sheet.ends_at)
    ] == [
        "17:30 PDT",
        "18:00 PDT",
        "19:24 PDT",
    ]
    assert (sheet.proteins_chosen, sheet.proteins_due, sheet.proteins_missing) == (12, 16, 4)
    assert sheet.proteins == (Portion(name="Steak", quantity=8), Portion(name="Tofu", quantity=4))
    assert f"{sheet.choose_until:%d %H:%M}" == "03 06:00"
    assert sheet.to_collect == booking.total - 10000


def test_a_sheet_goes_by_the_rules_the_booking_was_made_under():
    rules = default_rules(arrival_minutes=45, proteins_per_guest=3, duration_base_minutes=90)
    booking = party(rules=rules, adults=8)

    sheet = prep_sheet(booking)

    assert (f"{sheet.arrives_at:%H:%M}", f"{sheet.ends_at:%H:%M}", sheet.proteins_due) == (
        "17:15",
        "19:54",
        24,
    )


@pytest.mark.parametrize(
    ("date", "begins", "ends"),
    [
        (dt.date(2027, 11, 6), "Sat 23:00 PDT", "Sun 01:00 PST"),
        (dt.date(2028, 3, 11), "Sat 23:00 PST", "Sun 03:30 PDT"),
    ],
)
def test_a_party_over_the_night_the_clocks_change_takes_real_hours(date, begins, ends):
    lasts = 210 if date.month == 3 else 180
    rules = default_rules(
        slot_times=["23:00"], duration_base_minutes=lasts, duration_max_minutes=lasts
    )
    sheet = prep_sheet(party(rules=rules, date=date, time=dt.time(23)))

    assert (f"{sheet.starts_at:%a %H:%M %Z}", f"{sheet.ends_at:%a %H:%M %Z}") == (begins, ends)


def test_a_day_is_in_order_of_time_and_sums_what_is_cooked():
    night = party(time=NIGHT, proteins=[("tofu", 16)], add_ons=[("lobster", 2)])
    second = party(time=NOON, children=2, proteins=[("steak", 5)], add_ons=[("lobster", 1)])
    first = party(time=NOON, seat=2, status=Status.COMPLETED, proteins=[("steak", 16)])
    Booking.objects.filter(pk=first.pk).update(paid=first.total)
    pending = party(time=EVENING, status=Status.PENDING, proteins=[("tofu", 2)])
    party(time=EVENING, status=Status.CANCELED)
    party(time=EVENING, date=DAY + dt.timedelta(days=1))

    day = prep_day(DAY)

    assert [sheet.booking for sheet in day.sheets] == [second, first, night]
    assert [sheet.booking for sheet in day.unconfirmed] == [pending]
    assert day.totals == DayTotals(
        parties=3,
        guests=26,
        adults=24,
        children=2,
        toddlers=0,
        proteins=(Portion(name="Steak", quantity=21), Portion(name="Tofu", quantity=16)),
        proteins_missing=15,
        add_ons=(Portion(name="Lobster", quantity=3),),
        to_collect=night.total + second.total,
    )


def test_the_page_of_a_day_says_all_of_a_party(as_support):
    party(
        adults=8,
        proteins=[("steak", 12)],
        add_ons=[("filet_mignon", 2)],
        allergies="Peanuts <all>",
        notes="Gate 4",
        contact_name="Ana Lee",
        contact_phone="555 0100",
        location_needs_review=True,
        paid=10000,
    )

    page = as_support.get(SHEETS, {"date": "2027-07-03"})

    assert "<strong>Peanuts &lt;all&gt;</strong>" in page.content.decode()
    said = text_of(page)
    for words in (
        "Saturday, July 3, 2027",
        "6:00 PM Ana Lee",
        "Arrive 5:30 PM",
        "Party 6:00 PM – 7:24 PM",
        "Balance to collect $450.00",
        "Phone 555 0100",
        "123 Main St, San Jose, CA Place not found",
        "Menus 8 adults 0 children 0 toddlers",
        "Add-ons 2 Filet mignon",
        "12 of 16 chosen",
        "4 of 16 proteins not chosen yet",
        "Notes Gate 4",
    ):
        assert words in said


def test_those_who_have_not_paid_their_deposit_are_listed_apart(as_support):
    booking = party(status=Status.PENDING, contact_name="Not Yet")

    said = text_of(as_support.get(SHEETS, {"date": "2027-07-03"}))

    assert "No confirmed party on this day." in said
    assert "Not confirmed They hold a place until their deposit is paid" in said
    assert f"6:00 PM Not Yet, 8 guests, held until Tue, Jun 1, 2:00 PM, {booking.reference}" in said


def test_an_empty_day_leads_to_the_next_party_and_its_neighbors(as_support):
    party()

    page = as_support.get(SHEETS).content.decode()

    assert "No confirmed party on this day." in page
    for date in ("2027-05-31", "2027-06-02", "2027-07-03"):
        assert f'href="?date={date}"' in page


@pytest.mark.parametrize(
    "date", ["2027-02-30", "soon", "", "0000-01-01", "9999-12-31", "0001-01-01"]
)
def test_any_date_has_a_page(as_support, date):
    assert as_support.get(SHEETS, {"date": date}).status_code == 200


def test_a_day_costs_the_same_however_many_parties(as_support, django_assert_max_num_queries):
    for time in (NOON, EVENING, NIGHT):
        party(time=time)
        party(time=time, status=Status.PENDING)

    with django_assert_max_num_queries(5):
        as_support.get(SHEETS, {"date": "2027-07-03"})


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (Status.CONFIRMED, "Saturday, July 3, 2027 6:00 PM"),
        (Status.PENDING, "Not confirmed: the deposit is not paid yet."),
        (Status.CANCELED, "This party does not take place: the booking is canceled."),
    ],
)
def test_each_booking_has_a_sheet_of_its_own(as_support, status, says):
    booking = party(status=status)

    page = as_support.get(sheet_of(booking))

    assert says in text_of(page)


def test_the_sheets_are_linked_from_the_bookings(as_support):
    booking = party()
    change = reverse("admin:bookings_booking_change", args=[booking.pk])

    assert SHEETS in as_support.get(reverse("admin:bookings_booking_changelist")).content.decode()
    assert sheet_of(booking) in as_support.get(change).content.decode()


def test_only_staff_see_the_sheets(client):
    booking = party()
    client.force_login(UserFactory())

    assert [client.get(page).status_code for page in (SHEETS, sheet_of(booking))] == [302, 302]


def test_staff_without_the_permission_see_no_sheet(client):
    booking = party()
    client.force_login(UserFactory(is_staff=True))

    assert [client.get(page).status_code for page in (SHEETS, sheet_of(booking))] == [403, 403]


def test_nobodys_sheet_is_not_found(as_support):
    nobody = "00000000-0000-0000-0000-000000000000"
    address = reverse("admin:bookings_booking_prep", args=[nobody])

    assert as_support.get(address).status_code == 404
