"""Stripe's tax beside ours: nothing amiss is found, and what is wrong is mended."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from customers.tests.factories import UserFactory
from payments.models import Payment
from payments.services.stripe_invoices import refresh_invoice
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.reconcile import world
from payments.tests.services.test_tax import far_away, invoice_for, pay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def test_reconcile_finds_nothing_amiss_and_mends_a_wrong_tax(settings: Any):
    settings.ENABLE_AUTOMATIC_TAX = True
    finance = UserFactory(role="finance")
    by_page, by_invoice = far_away(), far_away()
    payment = pay(by_page)
    invoice = invoice_for(by_invoice, finance)
    stripe.call("POST", f"invoices/{invoice.stripe_invoice_id}/pay", payment_method="pm_card_visa")
    stripe.deliver()
    refresh_invoice(invoice_id=invoice.pk, now=timezone.now())
    stripe.deliver()
    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))
    is_well, said = world.reconcile()
    assert is_well, said

    taxes = {payment.pk: 807, by_invoice.payments.get().pk: 4840}
    Payment.objects.filter(pk__in=taxes).update(tax=1)

    is_well, said = world.reconcile("--fix")

    assert is_well, said
    assert dict(Payment.objects.values_list("pk", "tax")) == taxes
    by_page.refresh_from_db()
    by_invoice.refresh_from_db()
    assert (by_page.paid, by_invoice.paid) == (10000, 60000)
