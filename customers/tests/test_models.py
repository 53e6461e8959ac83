import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, ProgrammingError, connection, transaction

from customers.models import Customer, User
from customers.tests.factories import PASSWORD, ContactFactory, CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_email_is_kept_in_lower_case():
    user = UserFactory(email=" Ana@MyHibachi.TEST ")
    assert user.email == "ana@myhibachi.test"
    assert User.objects.get(email="ANA@myhibachi.test") == user


def test_an_email_has_one_account_however_it_is_written():
    UserFactory(email="ana@myhibachi.test")
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(email="ANA@MYHIBACHI.TEST")


def test_the_database_refuses_an_email_in_capitals():
    user = UserFactory()
    with (
        pytest.raises(IntegrityError, match="user_email_is_lowercase"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE customers_user SET email = 'ANA@X.TEST' WHERE id = %s", [user.pk])


def test_people_log_in_however_they_write_their_email():
    user = UserFactory(email="ana@myhibachi.test")
    assert authenticate(username="Ana@MyHibachi.test", password=PASSWORD) == user


def test_the_database_refuses_to_delete_a_customer():
    customer = CustomerFactory()
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        Customer.objects.filter(pk=customer.pk).delete()


def test_a_stripe_customer_is_one_customer_of_ours():
    ContactFactory(stripe_customer_id="cus_1")
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactFactory(stripe_customer_id="cus_1")


def test_a_stripe_id_is_null_or_stripes():
    with pytest.raises(IntegrityError, match="stripe_id_is_null_or_real"), transaction.atomic():
        ContactFactory(stripe_customer_id="")


def test_a_superuser_can_be_made():
    owner = User.objects.create_superuser("owner@myhibachi.test", PASSWORD, name="Olive")
    assert (owner.is_staff, owner.is_superuser, owner.check_password(PASSWORD)) == (True,) * 3
