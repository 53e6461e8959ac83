"""An invoice that staff were paid for by hand is even with Stripe's."""

import pytest

from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import Invoice
from payments.tests.reconcile import world
from payments.tests.services.parties import pay, pay_by_hand
from payments.tests.services.test_invoices_by_hand import invoice_for, settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def test_neither_what_was_paid_out_of_band_nor_what_was_voided_differs():
    booking = BookingFactory()
    pay(booking)
    invoice_for(booking, UserFactory(role="finance"))
    pay_by_hand(booking, amount=20000)
    pay_by_hand(booking, amount=25000)
    settle()

    is_well, said = world.reconcile()

    assert is_well, said
    assert [each.status for each in Invoice.objects.order_by("created_at")] == ["void", "paid"]
