"""The first page in Chromium, full of work: wide and on a phone, light and dark."""

import pytest

from bookings.models import Booking
from payments.tests.admin.conftest import DESKTOP, NARROW
from payments.tests.admin.todays import CASES, HOUR, starting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, NARROW])
def test_everybody_can_read_and_use_it(page, at, complaints, axe_findings, size, scheme):
    for case in CASES.values():
        case.make()
    starting(2 * HOUR, contact_phone="+1 408 555 1000")
    page.emulate_media(color_scheme=scheme)

    at("/admin/", size)

    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    assert axe_findings() == []
    assert complaints == []


def test_a_click_does_a_safe_step_and_the_box_finds_a_booking(page, at, complaints):
    over = starting(-5 * HOUR)
    at("/admin/", NARROW)

    page.get_by_role("button", name=f"Mark as done {over.reference}").click()

    page.get_by_text(f"{over.reference} is marked as completed.").wait_for()
    assert Booking.objects.get().status == "completed"
    page.get_by_label("Find").fill(over.reference)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=over.reference).wait_for()
    assert complaints == []
