from datetime import UTC, datetime

import pytest

from customers.models import Customer, User
from customers.services import accounts
from customers.tests.factories import PASSWORD, UserFactory
from myhibachi.core.errors import InvalidInput
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def register(**changes):
    fields = {"email": "ana@myhibachi.test", "password": PASSWORD, "name": "Ana", "phone": "555"}
    return accounts.register(**(fields | changes))


def test_an_account_comes_with_its_customer():
    user = register()
    assert Customer.objects.values("user", "name", "email", "phone").get() == {
        "user": user.pk,
        "name": "Ana",
        "email": "ana@myhibachi.test",
        "phone": "555",
    }
    assert list(AuditEntry.objects.values_list("action", "actor")) == [("user.registered", user.pk)]


def test_an_email_registers_once():
    register()
    with pytest.raises(accounts.EmailTaken):
        register(email="ANA@myhibachi.test", name="Another Ana")
    assert User.objects.count() == Customer.objects.count() == 1


@pytest.mark.parametrize("password", ["short", "12345678901", "password123", "ana@myhibachi"])
def test_a_weak_password_is_refused(password):
    with pytest.raises(InvalidInput) as refusal:
        register(password=password)
    assert refusal.value.attr == "password"
    assert not User.objects.exists()


def test_a_provider_brings_new_people_in():
    user = accounts.user_from_provider(email="Ana@MyHibachi.test", name="Ana", now=NOW)
    assert (user.email, user.email_verified_at) == ("ana@myhibachi.test", NOW)
    assert not user.has_usable_password()
    assert Customer.objects.get().user == user


def test_a_provider_knows_people_again():
    first = accounts.user_from_provider(email="ana@myhibachi.test", name="Ana", now=NOW)
    second = accounts.user_from_provider(email="ana@myhibachi.test", name="Ana B.", now=NOW)
    assert second == first
    assert Customer.objects.count() == 1


def test_whoever_took_an_email_without_proof_loses_the_password_to_its_owner():
    squatter = register()
    accounts.user_from_provider(email=squatter.email, name="The real Ana", now=NOW)
    squatter.refresh_from_db()
    assert not squatter.has_usable_password()


def test_staff_keep_their_password_when_a_provider_vouches_for_them():
    support = UserFactory(role="support")
    accounts.user_from_provider(email=support.email, name="S", now=NOW)
    support.refresh_from_db()
    assert support.check_password(PASSWORD)


def test_a_person_whose_email_was_verified_may_have_a_password():
    user = accounts.user_from_provider(email="ana@myhibachi.test", name="Ana", now=NOW)
    user.set_password(PASSWORD)
    user.save()
    accounts.user_from_provider(email="ana@myhibachi.test", name="Ana", now=NOW)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
