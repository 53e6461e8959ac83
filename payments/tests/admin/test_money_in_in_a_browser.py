"""A statement in Chromium, from the file to the books."""

import pytest
from playwright.sync_api import expect

from bookings.tests.factories import BookingFactory
from payments.models import MoneyIn
from payments.tests.admin.conftest import DESKTOP, NARROW
from payments.tests.money_in.statements import import_all, money_of, statement

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

INBOX = "/admin/payments/moneyin/"


def test_one_line_is_exact_one_is_confirmed_by_a_person_one_waits_and_none_comes_twice(
    page, at, complaints, tmp_path
):
    named, likely = BookingFactory(), BookingFactory(customer__name="Jane Doe")
    file = tmp_path / "november.csv"
    memo = named.reference.lower().replace("-", " ")
    file.write_text(
        statement(f"Lee Park,100.00,{memo}", "JANE M DOE,100.00,hibachi", "Mom,25.00,lunch")
    )

    def choose_the_file() -> None:
        at(INBOX)
        page.get_by_role("link", name="Import…").click()
        page.get_by_label("CSV file").set_input_files(file)
        page.get_by_label("It came by").select_option("Zelle")
        page.get_by_role("button", name="Look at it…").click()

    choose_the_file()
    expect(page.locator("#to-record tbody tr")).to_have_count(1)
    expect(page.locator("#to-record")).to_contain_text(named.reference)
    expect(page.locator("#to-inbox tbody tr")).to_have_count(2)
    assert MoneyIn.objects.count() == 0
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("3 new lines, 1 recorded on bookings.")).to_be_visible()
    assert money_of(named) == ("confirmed", 10000, [("zelle", "deposit", 10000)])
    assert money_of(likely) == ("pending", 0, [])

    at(INBOX)
    row = page.locator("#result_list tr", has_text="JANE M DOE")
    row.get_by_role("link").first.click()
    best = page.locator("#suggestions tbody tr").first
    expect(best).to_contain_text(likely.reference)
    best.get_by_role("link", name="Record…").click()
    page.get_by_role("button", name="Record $100.00").click()
    expect(page.get_by_text(f"$100.00 recorded on {likely.reference}.")).to_be_visible()
    assert money_of(likely) == ("confirmed", 10000, [("zelle", "deposit", 10000)])

    at(INBOX)
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list")).to_contain_text("Mom")

    choose_the_file()
    expect(page.get_by_text("Nothing in it is new.")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)
    assert sorted(MoneyIn.objects.values_list("sender", "status")) == [
        ("JANE M DOE", "recorded"), ("Lee Park", "recorded"), ("Mom", "unmatched"),
    ]  # fmt: skip
    assert [money_of(each)[1] for each in (named, likely)] == [10000, 10000]
    assert complaints == []


def test_a_double_click_on_the_last_button_records_once(page, at):
    booking = BookingFactory(customer__name="Jane Doe")
    at(f"/admin/bookings/booking/{booking.pk}/change/")
    page.get_by_role("link", name="Record payment…").click()
    page.get_by_label("Reference").fill("abc123")
    page.get_by_role("button", name="Continue…").click()
    page.get_by_role("button", name="Record $100.00 by").dblclick()
    expect(page.get_by_text("recorded as deposit.").first).to_be_visible()
    assert money_of(booking)[1] == 10000


@pytest.mark.parametrize("size", [DESKTOP, NARROW])
def test_no_page_is_wider_than_its_window_or_asks_for_what_it_may_not_have(
    page, at, complaints, size
):
    booking = BookingFactory(customer__name="Jane Doe")
    import_all(statement("Jane M Doe,600.00,a-very-long-memo-without-a-single-space-" * 2))
    line = MoneyIn.objects.get()
    wide = []
    for address in (
        INBOX,
        f"{INBOX}import/",
        f"{INBOX}{line.pk}/change/",
        f"{INBOX}{line.pk}/change/?q=jane",
        f"{INBOX}{line.pk}/record/{booking.pk}/",
        f"{INBOX}{line.pk}/ignore/",
        f"/admin/bookings/booking/{booking.pk}/record-payment/",
    ):
        at(address, size)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(address)
    at(f"{INBOX}import/", size)
    page.get_by_label("Or paste it").fill(statement("Jane,6.00,x", "Lee,-2.00,y", "Mom,z,lunch"))
    page.get_by_label("It came by").select_option("Zelle")
    page.get_by_role("button", name="Look at it…").click()
    expect(page.get_by_text("Nothing has been stored yet.")).to_be_visible()
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        wide.append("preview")
    assert (wide, complaints) == ([], [])
