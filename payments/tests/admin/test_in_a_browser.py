"""The pages in Chromium, under the strict policy of what may run, wide and on a phone."""

import pytest
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import Refund
from payments.services.refunds import refund_payment
from payments.tests import stripe_world as stripe
from payments.tests.admin.conftest import DESKTOP, NARROW
from payments.tests.admin.events import inbox_event
from payments.tests.factories import DisputeFactory, InvoiceFactory, PaymentFactory
from payments.tests.services.test_refunds import paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

DISPUTE_PAGES = ("change", "evidence", "evidence/review", "accept")


@pytest.mark.parametrize("size", [DESKTOP, NARROW])
def test_no_page_is_wider_than_its_window_or_asks_for_what_it_may_not_have(
    page, at, complaints, size
):
    payment, now = paid(), timezone.now()
    actor = UserFactory(role="finance")
    refund = refund_payment(payment_id=payment.pk, amount=2500, actor=actor, now=now)
    stripe.deliver()
    open_attempt = PaymentFactory(booking=BookingFactory(), stripe_checkout_session_id="cs_1")
    disputed = DisputeFactory(payment=payment)
    addresses = [
        "/admin/",
        "/admin/analytics/",
        *(f"/admin/payments/{table}/" for table in ("payment", "refund", "webhookevent")),
        f"/admin/payments/payment/{payment.pk}/change/",
        f"/admin/payments/payment/{payment.pk}/refund/",
        f"/admin/payments/payment/{open_attempt.pk}/change/",
        f"/admin/payments/refund/{refund.pk}/change/",
        *(f"/admin/payments/dispute/{disputed.pk}/{page}/" for page in DISPUTE_PAGES),
        "/admin/payments/dispute/",
        f"/admin/payments/invoice/{InvoiceFactory().pk}/change/",
        f"/admin/payments/webhookevent/{inbox_event().pk}/change/",
        f"/admin/bookings/booking/{payment.booking_id}/change/",
        "/admin/customers/customer/",
        *(
            f"/admin/customers/customer/{payment.customer_id}/{name}/"
            for name in ("change", "export", "merge")
        ),
        "/pay/success?session_id=cs_1",
        "/pay/canceled",
    ]
    wide = []
    for address in addresses:
        at(address, size)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(address)
    assert (wide, complaints) == ([], [])


def test_the_chart_is_drawn_in_the_colors_of_the_theme(page, at, complaints):
    paid()
    at("/admin/analytics/")
    read = "Chart.getChart('revenue-chart').data.datasets[2].borderColor"
    light = page.evaluate(read)
    page.click(".theme-toggle")
    page.wait_for_function(f"{read} !== '{light}'")
    page.click(".theme-toggle")
    assert page.evaluate("Chart.getChart('revenue-chart').data.datasets[0].data.at(-1)") == 10000
    assert complaints == []


def test_a_refund_takes_a_keyboard_alone(page, at):
    payment = paid()
    at(f"/admin/payments/payment/{payment.pk}/change/")
    page.get_by_role("link", name="Refund…").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Amount in dollars").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("12.50")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Refund $12.50 of $100.00").wait_for()
    assert Refund.objects.count() == 0
    page.get_by_role("button", name="Refund $12.50").focus()
    page.keyboard.press("Enter")
    page.get_by_text("$12.50 refunded.").wait_for()
    assert Refund.objects.get().amount == 1250


def test_a_double_click_on_the_last_button_refunds_once(page, at):
    payment = paid()
    at(f"/admin/payments/payment/{payment.pk}/refund/")
    page.get_by_role("button", name="Continue…").click()
    page.get_by_role("button", name="Refund $100.00").dblclick()
    page.get_by_text("Left to refund").wait_for()
    page.wait_for_load_state()
    assert [refund.amount for refund in Refund.objects.all()] == [10000]


def test_a_bar_leads_to_the_rows_behind_it_and_so_does_its_cell_by_keyboard(page, at, complaints):
    paid()
    at("/admin/analytics/")
    bar = page.evaluate(
        """() => {
            const chart = Chart.getChart("revenue-chart");
            const { x, y, base } = chart.getDatasetMeta(0).data.at(-1);
            const box = chart.canvas.getBoundingClientRect();
            return { x: box.x + x, y: box.y + (y + base) / 2 };
        }"""
    )
    page.mouse.move(bar["x"], bar["y"])
    page.wait_for_function("document.getElementById('revenue-chart').classList.contains('leads')")
    page.mouse.click(bar["x"], bar["y"])
    page.get_by_role("heading", name="Charged").wait_for()
    assert page.locator("tfoot").inner_text().split() == ["All", "1", "$100.00"]
    clicked = page.url

    page.go_back()
    page.locator("[aria-labelledby=revenue-title] summary").focus()
    page.keyboard.press("Enter")
    cell = page.locator("[aria-labelledby=revenue-title] td a", has_text="$100.00").first
    cell.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Charged").wait_for()
    assert (page.url, complaints) == (clicked, [])


def test_the_figures_and_their_rows_fit_a_phone(page, at, complaints):
    paid()
    wide = []
    for address in (
        "/admin/analytics/",
        "/admin/analytics/rows/?of=revenue&start=2020-01-01&end=2020-01-02",
        f"/admin/analytics/rows/?of=net&start={timezone.localdate()}&end={timezone.localdate()}",
    ):
        at(address, (360, 780))
        if page.evaluate("document.documentElement.scrollWidth") != 360:
            wide.append(address)
    assert (wide, complaints) == ([], [])
