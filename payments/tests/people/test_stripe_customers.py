"""Stripe's customer of each of ours, and what if somebody deletes it there."""

import pytest
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.models import Customer
from customers.tests.factories import CustomerFactory, UserFactory
from myhibachi.core.models import AuditEntry
from payments.models import Payment
from payments.services.attempts import Wanted
from payments.services.invoices import create_balance_invoice
from payments.services.portal import portal_link
from payments.services.start import start_payment
from payments.services.stripe_customers import ensure_stripe_customer
from payments.tests import stripe_world as stripe
from payments.tests.reconcile.world import reconcile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def customer(db) -> Customer:
    return CustomerFactory()


def ensured(customer: Customer) -> str:
    return ensure_stripe_customer(customer_id=customer.pk)


def noted(customer: Customer) -> str | None:
    return Customer.objects.get(pk=customer.pk).stripe_customer_id


def delete(stripe_customer: str) -> None:
    """Delete it in Stripe's dashboard."""
    assert stripe.call("DELETE", f"customers/{stripe_customer}")["deleted"]


def alive() -> list[str]:
    return [found["id"] for found in stripe.call("GET", "customers", limit=10)["data"]]


def test_one_deleted_at_stripe_is_made_anew_for_the_next_payment(customer):
    dead = ensured(customer)
    delete(dead)
    stripe.deliver()
    assert noted(customer) is None
    living = ensured(customer)
    assert (living != dead, alive()) == (True, [living])
    log = AuditEntry.objects.filter(object_id=str(customer.pk)).order_by("pk")
    assert list(log.values_list("action", "changes__id")) == [
        ("customer.stripe_id_set", dead),
        ("customer.stripe_id_cleared", dead),
        ("customer.stripe_id_set", living),
    ]


def test_it_can_be_deleted_more_than_once(customer):
    for _ in range(3):
        delete(ensured(customer))
        stripe.deliver()
    living = ensured(customer)
    assert alive() == [living]


def test_late_news_of_the_deleted_one_bring_nothing_back(customer):
    dead = ensured(customer)
    stripe.call("POST", f"customers/{dead}", phone="555")
    delete(dead)
    *earlier, last = stripe.events()
    stripe.deliver(last)
    stripe.deliver(*earlier)
    assert noted(customer) is None
    assert stripe.inbox_states() == {"processed"}


@pytest.mark.parametrize("surface", [Payment.Surface.CHECKOUT, Payment.Surface.ELEMENTS])
def test_a_payment_goes_through_although_nobody_told_us(customer, surface):
    dead = ensured(customer)
    delete(dead)
    booking = BookingFactory(customer=customer)
    wanted = Wanted(booking_id=booking.pk, user=customer.user, surface=surface)
    started = start_payment(wanted, now=timezone.now())
    assert started.stripe_object["customer"] == noted(customer) == alive()[0]
    stripe.deliver()
    assert noted(customer) == alive()[0]
    assert reconcile()[0]


def test_an_invoice_and_the_portal_go_through_as_well(customer):
    delete(ensured(customer))
    invoice = create_balance_invoice(
        booking_id=BookingFactory(customer=customer).pk,
        days_until_due=7,
        actor=UserFactory(role="admin"),
        now=timezone.now(),
    )
    assert invoice.status == "open"
    delete(alive()[0])
    assert portal_link(customer_id=customer.pk).startswith("http")
    assert alive() == [noted(customer)]
