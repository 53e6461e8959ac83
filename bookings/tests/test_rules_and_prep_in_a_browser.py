"""The rule book and the prep sheets in Chromium: by keyboard, wide and on a phone, and on paper."""

import datetime as dt

import pytest
from django.urls import reverse

from bookings.models import RuleBook, Status
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

DESKTOP, NARROW = (1280, 800), (320, 700)
PARTY = "_preview=1&preview-adults=12&preview-children=0&preview-toddlers=0"
UNNAMED = """[...document.querySelectorAll(
    "#content input:not([type=hidden], [type=submit]), #content textarea")]
    .filter(field => !field.labels.length && !field.getAttribute("aria-label"))
    .map(field => field.name)"""


@pytest.fixture
def at(live_server, page, client):
    """`at("/admin/", (320, 700))` opens an address as the owner, in a window of that size."""
    client.force_login(UserFactory(role="admin"))
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    def open_page(address: str, size: tuple[int, int] = DESKTOP) -> None:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(live_server.url + address)

    return open_page


@pytest.mark.parametrize("size", [DESKTOP, NARROW])
def test_every_page_fits_its_window_and_names_its_fields(page, at, complaints, size):
    booking = BookingFactory(status=Status.CONFIRMED, allergies="Peanuts", contact_name="x" * 80)
    book = RuleBook.objects.create(effective_from=booking.date, adult_price=6000)
    rules = reverse("admin:bookings_rulebook_changelist")
    sheets = reverse("admin:bookings_booking_prep_day")
    addresses = [
        rules,
        f"{rules}add/",
        f"{rules}{book.pk}/change/",
        f"{rules}1/change/?{PARTY}&preview-date={booking.date}&preview-time=18:00",
        f"{sheets}?date={booking.date}",
        f"{sheets}?date=2020-01-01",
        reverse("admin:bookings_booking_prep", args=[booking.pk]),
    ]
    wide, unnamed = [], []
    for address in addresses:
        at(address, size)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(address)
        unnamed += page.evaluate(UNNAMED)
    assert (wide, unnamed, complaints) == ([], [], [])


def test_enter_previews_and_never_saves(page, at, complaints):
    at(reverse("admin:bookings_rulebook_add"))
    page.get_by_label("Adult price").fill("60")
    page.get_by_label("Adult price").press("Enter")

    page.get_by_role("region", name="The bill").wait_for()

    assert "12 × $60.00" in page.get_by_role("region", name="The bill").inner_text()
    assert page.get_by_label("Adult price").input_value() == "60"
    assert (RuleBook.objects.count(), complaints) == (1, [])


def test_a_printed_sheet_has_nothing_of_the_admin_and_is_black_on_white(page, at):
    booking = BookingFactory(status=Status.CONFIRMED, date=dt.date(2099, 7, 3))
    page.emulate_media(media="print", color_scheme="dark")

    at(f"{reverse('admin:bookings_booking_prep_day')}?date=2099-07-03")

    hidden = ["#header", ".breadcrumbs", ".menu", ".days"]
    assert [part for part in hidden if page.locator(part).first.is_visible()] == []
    assert page.get_by_role("article").count() == 1
    colors = "e => [getComputedStyle(document.body).backgroundColor, getComputedStyle(e).color]"
    assert page.get_by_role("link", name=booking.reference).evaluate(colors) == [
        "rgb(255, 255, 255)",
        "rgb(0, 0, 0)",
    ]
