"""A customer's page: who they are, what they did and paid, and what can be done with them."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.models import Customer
from customers.tests.factories import ContactFactory, CustomerFactory
from myhibachi.core.models import AuditEntry
from payments.tests.admin.test_refund_page import words
from payments.tests.factories import paid_payment, refunded

pytestmark = pytest.mark.django_db

LIST = "/admin/customers/customer/"


def address(customer: Customer, name: str = "change") -> str:
    return reverse(f"admin:customers_customer_{name}", args=[customer.pk])


def party(customer: Customer, amount: int = 60000):
    return paid_payment(booking=BookingFactory(customer=customer), amount=amount)


def names(answer) -> list[str]:
    return [customer.name for customer in answer.context["cl"].result_list]


def test_the_page_shows_what_they_did_and_paid(staff):
    customer = CustomerFactory(name="Ana", stripe_customer_id="cus_ana")
    payment = party(customer)
    refunded(payment, amount=1000)
    page = staff("support").get(address(customer))
    said = words(page)
    for shown in ("$590.00", "silver", "$1,410.00 to gold", payment.booking.reference, "cus_ana"):
        assert shown in said
    assert "Merge…" not in said


@pytest.mark.parametrize(
    ("role", "tools"),
    [
        ("support", set()),
        ("manager", {"merge", "export"}),
        ("admin", {"merge", "export", "erase"}),
    ],
)
def test_each_role_is_offered_what_it_may_do(staff, role, tools):
    customer = ContactFactory()
    browser = staff(role)
    page = browser.get(address(customer)).content.decode()
    pages = {name: address(customer, name) for name in ("merge", "export", "erase")}
    assert {name for name, at in pages.items() if f'"{at}"' in page} == tools
    assert {name for name, at in pages.items() if browser.get(at).status_code == 200} == tools


def test_the_list_costs_the_same_however_many_there_are(staff):
    browser, counts = staff("support"), []
    for _ in range(2):
        for _ in range(3):
            party(ContactFactory())
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.status_code == 200


def test_the_page_costs_the_same_however_much_there_is(staff):
    browser, customer, counts = staff("manager"), CustomerFactory(phone="5105550142"), []
    browser.get(address(customer))
    for _ in range(2):
        party(customer)
        ContactFactory(phone="+1 (510) 555-0142")
        with CaptureQueriesContext(connection) as queries:
            browser.get(address(customer))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("text", ["(510) 555-0142", "+1 510 555 0142", "5105550142", "ana", "ANA@"])
def test_a_customer_is_found_however_the_phone_is_spelled(staff, text):
    ContactFactory(name="Ana", email="ana@example.com", phone="510.555.0142")
    ContactFactory(name="Bo")
    assert names(staff("support").get(LIST, {"q": text})) == ["Ana"]


def test_who_is_gone_is_in_no_list_and_no_box_to_choose_from(staff):
    kept = ContactFactory(name="Ana kept")
    ContactFactory(name="Ana merged", merged_into=kept)
    ContactFactory(name="Ana erased", erased_at=timezone.now())
    browser = staff("support")
    for query in ({}, {"q": "ana"}):
        assert names(browser.get(LIST, query)) == ["Ana kept"]
    box = {"app_label": "bookings", "model_name": "booking", "field_name": "customer"}
    found = browser.get(reverse("admin:autocomplete"), box | {"term": "ana"}).json()["results"]
    assert [each["text"] for each in found] == ["Ana kept"]


def test_a_merged_one_leads_to_the_other_and_can_not_be_changed(staff):
    kept = ContactFactory(name="Ana")
    merged = ContactFactory(merged_into=kept)
    browser = staff("admin")
    page = browser.get(address(merged))
    assert "Merged into Ana , who has all of it now." in words(page)
    assert address(kept) in page.content.decode()
    form = {"name": "X", "email": "", "phone": ""}
    assert browser.post(address(merged), form).status_code == 403


def test_likely_duplicates_are_found_by_email_and_phone(staff):
    customer = ContactFactory(email="ana@example.com", phone="(510) 555-0142")
    same = [
        ContactFactory(name="By email", email="ana@example.com"),
        ContactFactory(name="By phone", phone="+1 510 555 0142"),
    ]
    ContactFactory(name="Nobody", phone="555-0142")
    page = staff("manager").get(address(customer, "merge"))
    assert list(page.context["likely"]) == same


def test_merging_asks_before_it_moves_anything(staff):
    kept, other = ContactFactory(name="Ana"), CustomerFactory(name="Anna", phone="555-0100")
    party(other)
    browser, question = staff("manager"), address(kept, "merge") + f"?other={other.pk}"
    found = browser.get(address(kept, "merge"), {"q": "anna"})
    assert question in found.content.decode()
    asked = words(browser.get(question))
    assert f"Merge Anna ({other.email}) into Ana ({kept.email})?" in asked
    assert "Bookings 1" in asked
    assert f"Whoever logs in as {other.email} will see all of it." in asked
    assert other.bookings.count() == 1

    done = words(browser.post(question, follow=True))
    assert "Merged. Moved here: bookings (1), payments (1)." in done
    assert kept.bookings.count() == 1
    again = words(browser.post(question))
    assert "This customer was merged into another one: change that one." in again


def test_two_accounts_are_refused_with_the_reason(staff):
    kept, other = CustomerFactory(), CustomerFactory()
    page = staff("manager").get(address(kept, "merge"), {"other": other.pk})
    assert "Both have an account" in words(page)


def test_nobody_is_merged_with_somebody_who_is_not_there(staff):
    page = staff("manager").get(address(ContactFactory(), "merge"), {"other": "x"})
    assert page.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_export_is_a_file_and_is_noted(staff):
    customer = CustomerFactory(name="Ana")
    browser = staff("manager")
    assert AuditEntry.objects.filter(action="customer.exported").count() == 0
    answer = browser.post(address(customer, "export"))
    assert answer["Content-Disposition"].startswith(f'attachment; filename="customer-{customer.pk}')
    assert json.loads(answer.content)["profile"][0]["name"] == "Ana"
    assert AuditEntry.objects.filter(action="customer.exported").count() == 1


@pytest.mark.django_db(transaction=True)
def test_erasing_wants_the_name_typed_and_then_the_page_says_so(staff, sandbox):
    customer = CustomerFactory(name="Ana Quist")
    browser = staff("admin")
    assert "Erase the personal data of Ana Quist?" in words(browser.get(address(customer, "erase")))
    refused = browser.post(address(customer, "erase"), {"typed_name": "Ana"})
    assert "This is not the customer's name." in words(refused).replace("&#x27;", "'")
    assert Customer.objects.get().name == "Ana Quist"
    done = words(browser.post(address(customer, "erase"), {"typed_name": "ana quist"}, follow=True))
    assert "Erased here and deleted at Stripe." in done
    assert "Personal data erased on" in done
    assert not {"Ana", "Quist"} & set(done.split())
    assert "Erase data…" not in done


def test_what_stands_in_the_way_is_said_instead(staff):
    booking = BookingFactory()
    said = words(staff("admin").get(address(booking.customer, "erase")))
    assert f"Booking {booking.reference} is pending: it has to be over or canceled." in said
    assert "Type the name" not in said
