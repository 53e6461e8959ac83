"""Lists in Chromium: cards on a phone, filters at hand, and nothing that keeps people out."""

import pytest

from payments.tests.admin.conftest import DESKTOP
from payments.tests.admin.list_rows import LISTS, address, make_one

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = (360, 780)
# Of each visible cell of a row: whether all of it lies within the window.
CELLS = """() => [...document.querySelectorAll("#result_list tbody tr:first-child > *")]
    .filter(cell => cell.getBoundingClientRect().right > window.innerWidth + 0.5)
    .map(cell => cell.textContent)"""
LABELS = """() => [...document.querySelectorAll("#result_list tbody tr:first-child > [data-label]")]
    .map(cell => getComputedStyle(cell, "::before").content.replaceAll('"', ""))
    .filter(label => label && label != "none")"""
ROWS_TOP = "document.querySelector('#result_list tbody tr').getBoundingClientRect().top"


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_each_list_fits_its_window_and_keeps_nobody_out(page, at, axe_findings, complaints, size):
    make_one()
    found = {}
    for table in LISTS:
        at(address(table), size)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        cut = page.evaluate(CELLS) if size == PHONE else []
        serious = axe_findings()
        if wide or cut or serious:
            found[table] = (wide, cut, serious)

    assert (found, complaints) == ({}, [])


def test_on_a_phone_a_row_is_a_card_with_a_word_before_each_value(page, at):
    made = make_one()
    at(address("payments_payment"), PHONE)

    labels = ["Amount", "Status", "Booking", "Customer", "For", "Refunded", "Left", "Stripe"]
    assert page.evaluate(LABELS) == labels
    stripe = page.get_by_role("link", name="Stripe", exact=True)
    assert stripe.get_attribute("title") == made["payments_payment"].stripe_payment_intent_id


def test_on_a_phone_filters_wait_above_the_rows_behind_one_line(page, at):
    make_one()
    at(address("payments_payment"), PHONE)
    panel, before = page.locator(".filter-panel"), page.evaluate(ROWS_TOP)
    assert (panel.evaluate("each => each.open"), before < PHONE[1]) == (False, True)

    page.locator(".filter-panel > summary").click()
    page.get_by_label("From").first.fill("2199-12-31")
    page.get_by_role("button", name="Apply").first.click()

    assert page.get_by_text("Created at: from Dec 31, 2199").is_visible()
    assert page.get_by_text("Nothing found.").is_visible()
    page.get_by_role("link", name="Clear Created at").click()
    page.locator("#result_list tbody tr").wait_for()
    assert page.evaluate(ROWS_TOP) == before


def test_beside_a_wide_list_filters_stand_open_without_our_script_as_well(page, at):
    make_one()
    page.route("**/lists*.js", lambda route: route.abort())
    at(address("payments_payment"), DESKTOP)

    assert page.get_by_role("link", name="Requires action").is_visible()
