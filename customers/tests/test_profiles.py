import threading

import pytest
from django.db import connection
from django.utils import timezone

from customers.models import Customer
from customers.services import profiles, stripe_ids
from customers.tests.factories import ContactFactory, CustomerFactory, UserFactory
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_an_account_has_one_customer():
    user = UserFactory()
    assert profiles.customer_for(user) == profiles.customer_for(user)
    assert Customer.objects.values("user", "name", "email").get() == {
        "user": user.pk,
        "name": user.name,
        "email": user.email,
    }


@pytest.mark.django_db(transaction=True)
def test_ten_first_visits_at_once_make_one_customer():
    user = UserFactory()
    gate = threading.Barrier(10)
    found = []

    def visit() -> None:
        gate.wait()
        found.append(profiles.customer_for(user).pk)
        connection.close()

    threads = [threading.Thread(target=visit) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [Customer.objects.get().pk] * 10


def test_staff_find_a_contact_by_email():
    contact = ContactFactory(email="ana@myhibachi.test")
    assert profiles.customer_for_contact(name="Anna", email="ANA@myhibachi.test") == contact


def test_staff_write_down_a_new_contact():
    actor = UserFactory(role="support")
    contact = profiles.customer_for_contact(name="Ana", phone="555", actor=actor)
    assert (contact.name, contact.email, contact.phone, contact.user) == ("Ana", "", "555", None)
    assert AuditEntry.objects.values_list("action", "actor").get() == ("customer.created", actor.pk)


def test_contacts_without_an_email_are_never_the_same():
    first = profiles.customer_for_contact(name="Ana", phone="555")
    assert profiles.customer_for_contact(name="Ana", phone="555") != first


def test_an_account_is_found_once_its_email_is_verified():
    account = CustomerFactory(user__email_verified_at=timezone.now())
    ContactFactory(email=account.email)
    assert profiles.customer_for_contact(name="Ana", email=account.email) == account


def test_an_account_that_may_be_a_strangers_is_not_given_the_booking():
    account = CustomerFactory(user__email_verified_at=None)
    contact = profiles.customer_for_contact(name="Ana", email=account.email)
    assert (contact == account, contact.user) == (False, None)


def test_the_first_stripe_customer_stays():
    customer = CustomerFactory()
    for stripe_id in ("cus_1", "cus_1", "cus_2"):
        stripe_ids.set_stripe_customer_id(customer_id=customer.pk, stripe_customer_id=stripe_id)
    customer.refresh_from_db()
    assert customer.stripe_customer_id == "cus_1"
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "changes")) == [
        ("customer.stripe_id_set", {"id": "cus_1"}),
        ("customer.second_stripe_id", {"kept": "cus_1", "ignored": "cus_2"}),
    ]


def test_a_correction_keeps_old_and_new():
    contact = ContactFactory(name="Ana", email="ana@myhibachi.test")
    actor = UserFactory(role="support")
    profiles.change_contact(
        customer_id=contact.pk, name="Anna", email="ana@myhibachi.test", phone="555", actor=actor
    )
    assert AuditEntry.objects.values_list("action", "changes", "actor").get() == (
        "customer.changed",
        {"name": ["Ana", "Anna"], "phone": ["", "555"]},
        actor.pk,
    )
