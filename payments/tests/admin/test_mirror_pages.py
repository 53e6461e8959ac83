"""The copy of Stripe's objects, after one of each was made."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.admin.mirror import MODELS
from payments.models import Payment
from payments.services.attempts import Wanted
from payments.services.refunds import refund_payment
from payments.services.start import start_payment
from payments.tests import stripe_world as stripe
from payments.tests.services.test_refunds import paid

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def payment(sandbox) -> Payment:
    """A payment that was refunded in part; Stripe has one more of everything else."""
    payment, now = paid(), timezone.now()
    finance = UserFactory(role="finance")
    refund_payment(payment_id=payment.pk, amount=1000, actor=finance, now=now)
    paid("pm_card_createDispute")
    sandbox.control("POST", "jobs", {})
    checkout = Payment.Surface.CHECKOUT
    start_payment(Wanted(booking_id=BookingFactory().pk, user=finance, surface=checkout), now=now)
    product = stripe.call("POST", "products", name="Salmon")
    stripe.call("POST", "prices", product=product["id"], currency="usd", unit_amount=500)
    stripe.call("POST", "invoices", customer=payment.customer.stripe_customer_id)
    stripe.deliver()
    return Payment.objects.select_related("customer").get(pk=payment.pk)


def test_every_copy_has_its_list_and_its_page_and_names_nobody(staff, payment):
    browser = staff("support")
    shown = set()
    for model in MODELS:
        name = f"admin:djstripe_{model._meta.model_name}"
        for row in model.objects.all():
            found = browser.get(reverse(f"{name}_changelist"), {"q": row.id})
            assert [each.id for each in found.context["cl"].result_list] == [row.id]
            page = browser.get(reverse(f"{name}_change", args=[row.pk])).content.decode()
            assert row.id in page
            assert payment.customer.email not in page
            shown.add(model)
    assert shown == set(MODELS)


def test_a_copy_cannot_be_changed(admin, payment):
    for model in MODELS:
        row = model.objects.first()
        page = reverse(f"admin:djstripe_{model._meta.model_name}_change", args=[row.pk])
        assert admin.post(page, {"livemode": "on"}).status_code == 403
