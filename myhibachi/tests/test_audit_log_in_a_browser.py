"""The audit log, a history and an account's pages in Chromium, wide and narrow."""

import pytest
from django.urls import reverse

from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from customers.tests.second_step import with_app
from myhibachi.core import audit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("size", [(1280, 800), (360, 780)])
def test_they_fit_and_keep_nobody_out(live_server, page, client, axe_findings, complaints, size):
    client.force_login(UserFactory(role="admin"))
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.set_viewport_size({"width": size[0], "height": size[1]})
    booking, user = BookingFactory(), with_app(UserFactory(role="support"))
    entry = audit.record(
        "booking.updated", booking, actor=user, note="They called.", guests=[8, 10], total=[1, 2]
    )
    found = {}
    for address in (
        "/admin/core/auditentry/",
        reverse("admin:core_auditentry_change", args=[entry.pk]),
        reverse("admin:bookings_booking_history", args=[booking.pk]),
        reverse("admin:customers_user_change", args=[user.pk]),
        reverse("admin:customers_user_logins", args=[user.pk]),
        reverse("admin:customers_user_reset_two_factor", args=[user.pk]),
        "/admin/account/",
    ):
        page.goto(live_server.url + address)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        serious = axe_findings()
        if wide or serious:
            found[address] = (wide, serious)

    assert (found, complaints) == ({}, [])
