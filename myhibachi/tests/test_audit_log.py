"""The audit log in the admin, and each object's history."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import reverse

from bookings.tests.factories import BookingFactory
from customers.services import profiles
from customers.tests.factories import ContactFactory, UserFactory
from myhibachi.core import audit
from myhibachi.core.admin import HouseAdmin
from myhibachi.core.admin.audit_words import FAMILIES
from myhibachi.core.models import AuditEntry
from payments.tests.factories import PaymentFactory, RefundFactory

pytestmark = pytest.mark.django_db
LOG = "/admin/core/auditentry/"


@pytest.fixture
def support(client):
    user = UserFactory(role="support", name="Sana Support")
    client.force_login(user)
    client.user = user
    return client


def actions(client, **query: str) -> list[str]:
    return [entry.action for entry in client.get(LOG, query).context["cl"].result_list]


def test_it_says_who_did_what_to_which_and_what_changed(support):
    contact = ContactFactory(name="Ana", email="ana@myhibachi.test")
    profiles.change_contact(customer_id=contact.pk, name="Anna", actor=support.user)
    page = support.get(LOG).content.decode()
    address = reverse("admin:customers_customer_change", args=[contact.pk])
    assert "Sana Support" in page
    assert "Customer changed" in page
    assert f'<a href="{address}">Anna</a>' in page
    assert "<li><b>name</b> <del>Ana</del> → Anna</li>" in page


def test_money_is_in_dollars_and_nobody_is_stripe_or_the_clock(support):
    audit.record("refund.created", RefundFactory(), actor=None, amount=2500, note="She was ill.")
    page = support.get(LOG).content.decode()
    for words in ("$25.00", "Stripe or the clock", "She was ill.", "Refund created"):
        assert words in page


def test_what_this_person_may_not_see_has_no_link_and_no_name(support):
    boss = UserFactory(role="admin", email="boss@myhibachi.test")
    audit.record("user.password_set", boss, actor=None)
    page = support.get(LOG).content.decode()
    assert "boss@myhibachi.test" not in page
    assert f"user …{str(boss.pk)[-8:]}" in page


@pytest.mark.parametrize("kind", ["bookings.slotexception", "bookings.chef"])
def test_what_is_gone_is_named_by_its_id(support, kind):
    gone = AuditEntry.objects.create(action="x.deleted", object_type=kind, object_id="7")
    for address in (LOG, reverse("admin:core_auditentry_change", args=[gone.pk])):
        assert " …7" in support.get(address).content.decode()


def test_an_entry_keeps_all_of_a_long_change_on_its_own_page(support):
    facts: dict[str, Any] = {f"fact_{number}": [0, number] for number in range(1, 7)}
    entry = audit.record("booking.updated", BookingFactory(), actor=None, **facts)
    assert "… and 2 more" in support.get(LOG).content.decode()
    page = support.get(reverse("admin:core_auditentry_change", args=[entry.pk])).content.decode()
    assert "<b>fact 6</b> <del>0</del> → 6" in page


@pytest.fixture
def three(support):
    booking = BookingFactory()
    audit.record("booking.updated", booking, actor=support.user)
    audit.record("payment.created", PaymentFactory(booking=booking), actor=None)
    audit.record("user.role_changed", UserFactory(email="new@myhibachi.test"), actor=None)
    return booking


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("{booking.reference}", ["booking.updated"]),
        ("{booking.pk}", ["booking.updated"]),
        ("{user.email}", ["booking.updated"]),
        ("new@myhibachi.test", ["user.role_changed"]),
        ("payment.created", ["payment.created"]),
        ("Payment created", ["payment.created"]),
        ("user role changed", ["user.role_changed"]),
        ("nonsense", []),
        ("nobody@myhibachi.test", []),
        ("H-AAAAAAA", []),
    ],
)
def test_it_is_searched_by_what_people_have_in_hand(support, three, search, found):
    text = search.format(booking=three, user=support.user)
    assert actions(support, q=text) == found
    assert actions(support, q=f" {text.lower()} ") == found


def test_it_is_filtered_by_what_and_who(support, three):
    assert actions(support, family="payment") == ["payment.created"]
    assert actions(support, who=str(support.user.pk)) == ["booking.updated"]
    assert actions(support, who="nobody") == ["user.role_changed", "payment.created"]
    assert actions(support, who="nobody", family="user") == ["user.role_changed"]


def test_every_family_that_is_recorded_can_be_chosen():
    """`audit.record("widget.made", …)` needs "widget" in `core.admin.audit_words.FAMILIES`."""
    written = re.compile(r"""audit\.record\(\s*f?"([a-z_]+)\.""")
    files = [
        file
        for app in ("customers", "bookings", "payments", "myhibachi")
        for file in (settings.BASE_DIR / app).rglob("*.py")
        if "tests" not in file.parts
    ]
    found = {family for file in files for family in written.findall(file.read_text())}
    assert found - FAMILIES.keys() == set()
    assert len(found) > 12


def test_a_page_costs_the_same_however_many_entries(support, three, django_assert_num_queries):
    support.get(LOG)
    # Session, user, two of permissions; the staff to choose from; the count and the page; and
    # what its entries are about: one for each type that support may see.
    with django_assert_num_queries(9):
        support.get(LOG)
    for _ in range(5):
        audit.record("booking.updated", BookingFactory(), actor=support.user)
        audit.record("payment.created", PaymentFactory(), actor=UserFactory(role="admin"))
    with django_assert_num_queries(9):
        support.get(LOG)


# --- Each object's history


def test_an_objects_history_is_what_the_log_has_of_it(support, three):
    audit.record("booking.canceled", three, actor=None, note="No grill.", status=["a", "canceled"])
    audit.record("booking.updated", BookingFactory(), actor=None)
    address = reverse("admin:bookings_booking_history", args=[three.pk])
    change = support.get(reverse("admin:bookings_booking_change", args=[three.pk]))
    assert address in change.content.decode()
    page = support.get(address)
    told = [row["entry"].action for row in page.context["rows"]]
    assert told == ["booking.canceled", "booking.updated"]
    assert "No grill." in page.content.decode()


def test_it_is_paginated_the_newest_first(support, three):
    for guests in range(60):
        audit.record("booking.updated", three, actor=None, guests=[guests, guests + 1])
    address = reverse("admin:bookings_booking_history", args=[three.pk])
    first, second = support.get(address), support.get(address, {"p": 2})
    assert [len(page.context["rows"]) for page in (first, second)] == [50, 11]
    assert first.context["rows"][0]["entry"].changes == {"guests": [59, 60]}
    assert "Page 2 of 2" in second.content.decode()


def test_nothing_says_so(support):
    address = reverse("admin:customers_customer_history", args=[ContactFactory().pk])
    assert "Nothing has been done" in support.get(address).content.decode()


def test_whoever_may_not_see_the_object_may_not_see_its_history(support):
    address = reverse("admin:customers_user_history", args=[support.user.pk])
    assert support.get(address).status_code == 403


def test_every_table_has_this_history():
    """A page that is no `HouseAdmin` would show Django's own, which knows no service."""
    others = [m for m, page in admin.site._registry.items() if not isinstance(page, HouseAdmin)]
    assert others == []


def test_a_history_costs_the_same_however_long(support, three, django_assert_num_queries):
    address = reverse("admin:bookings_booking_history", args=[three.pk])
    support.get(address)
    with django_assert_num_queries(7):  # session, user, permissions (2), object, count, entries
        support.get(address)
    for _ in range(20):
        audit.record("booking.updated", three, actor=UserFactory(role="admin"))
    with django_assert_num_queries(7):
        support.get(address)
