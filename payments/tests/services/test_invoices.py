"""Balance invoices from our row to the ledger, against the sandbox over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from bookings.errors import NothingDue, NotPayable
from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import ContactFactory, UserFactory
from myhibachi.core.errors import NotAllowed
from payments.errors import CustomerWithoutEmail, GatewayRejected, GatewayUnavailable
from payments.models import Invoice, LedgerEntry, Payment
from payments.services.attempts import Wanted
from payments.services.intents import refresh_payment
from payments.services.invoices import create_balance_invoice
from payments.services.start import start_payment
from payments.services.stripe_invoices import refresh_invoice
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
TOTAL = 55000


@pytest.fixture
def finance(db) -> User:
    return UserFactory(role="finance")


def invoice_for(booking: Booking, actor: User, days: int | None = None) -> Invoice:
    return create_balance_invoice(
        booking_id=booking.pk, days_until_due=days, actor=actor, now=timezone.now()
    )


def at_stripe() -> list[stripe.Json]:
    found: list[stripe.Json] = stripe.call("GET", "invoices", limit=100)["data"]
    return found


def pay(invoice: Invoice, card: str = "pm_card_visa") -> None:
    """Pay it on Stripe's page, as the customer does."""
    stripe.call("POST", f"invoices/{invoice.stripe_invoice_id}/pay", payment_method=card)


def book(invoice: Invoice) -> None:
    """Do what the worker does after an invoice was paid."""
    refresh_invoice(invoice_id=invoice.pk, now=timezone.now())


def of(booking: Booking) -> tuple[str, int, int]:
    found = Booking.objects.get(pk=booking.pk)
    return found.status, found.paid, found.balance


def books(booking: Booking) -> list[tuple[str, int]]:
    return sorted(LedgerEntry.objects.filter(booking=booking).values_list("kind", "amount"))


def later() -> None:
    """Let the sweeper come by once its grace is over."""
    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))


def test_an_invoice_asks_for_what_is_owed_and_is_sent(finance: User):
    booking = BookingFactory()

    invoice = invoice_for(booking, finance)

    [made] = at_stripe()
    assert (invoice.amount, invoice.status, invoice.days_until_due) == (TOTAL, "open", 7)
    assert invoice.awaiting_stripe is False
    assert (invoice.stripe_invoice_id, invoice.number) == (made["id"], made["number"])
    assert invoice.hosted_invoice_url == made["hosted_invoice_url"] != ""
    assert invoice.invoice_pdf == made["invoice_pdf"] != ""
    assert invoice.due_at is not None
    assert timedelta(days=6.9) < invoice.due_at - timezone.now() < timedelta(days=7)
    assert (made["status"], made["amount_due"], made["auto_advance"]) == ("open", TOTAL, False)
    assert made["metadata"] == {"invoice_id": str(invoice.pk), "booking_id": str(booking.pk)}
    [line] = made["lines"]["data"]
    assert line["amount"] == TOTAL
    assert line["description"].startswith(f"Balance for {booking.reference}: hibachi for 8 on ")
    assert len(stripe.events("invoice.sent")) == 1


def test_asked_for_again_it_is_the_same_one(finance: User):
    booking = BookingFactory()

    assert invoice_for(booking, finance, days=3) == invoice_for(booking, finance)

    assert (len(at_stripe()), len(stripe.events("invoice.sent"))) == (1, 1)


def test_two_people_at_once_send_one(finance: User):
    booking = BookingFactory()

    def ask(_: int) -> UUID:
        try:
            return invoice_for(booking, finance).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(ask, range(4)))

    assert (len(found), len(at_stripe()), len(stripe.events("invoice.sent"))) == (1, 1, 1)


def test_who_may_not_make_invoices_makes_none():
    with pytest.raises(NotAllowed):
        invoice_for(BookingFactory(), UserFactory(role="manager"))
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("state", "refusal"),
    [({"paid": TOTAL, "status": "confirmed"}, NothingDue), ({"status": "canceled"}, NotPayable)],
)
def test_a_booking_that_owes_nothing_gets_none(finance: User, state: dict[str, Any], refusal: type):
    with pytest.raises(refusal):
        invoice_for(BookingFactory(**state), finance)
    assert (Invoice.objects.count(), at_stripe()) == (0, [])


def test_a_paid_invoice_settles_the_booking_once_in_whatever_order_it_is_told(finance: User):
    booking = BookingFactory()
    invoice = invoice_for(booking, finance)
    pay(invoice)

    stripe.deliver(*stripe.events()[::-1])
    stripe.deliver()
    book(invoice)
    book(invoice)
    stripe.deliver()

    invoice.refresh_from_db()
    assert (invoice.status, invoice.awaiting_stripe) == ("paid", False)
    payment = Payment.objects.get()
    assert (payment.surface, payment.payment_type, payment.method, payment.status) == (
        "invoice",
        "balance",
        "stripe",
        "succeeded",
    )
    assert (payment.amount, payment.stripe_charge_id is None) == (TOTAL, False)
    assert books(booking) == [("charge", TOTAL), ("fee", -1625)]
    assert of(booking) == ("confirmed", TOTAL, 0)
    assert stripe.inbox_states() == {"processed", "ignored"}


def test_the_sweeper_books_what_the_lost_task_did_not(finance: User):
    booking = BookingFactory()
    pay(invoice_for(booking, finance))
    stripe.deliver()

    assert books(booking) == []
    later()
    assert books(booking) == [("charge", TOTAL), ("fee", -1625)]


def test_four_workers_at_once_book_it_once(finance: User):
    booking = BookingFactory()
    invoice = invoice_for(booking, finance)
    pay(invoice)

    def work(_: int) -> None:
        try:
            book(invoice)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert books(booking) == [("charge", TOTAL), ("fee", -1625)]
    assert Payment.objects.count() == 1


def test_a_refund_told_before_the_payment_is_booked_is_not_lost(finance: User):
    booking = BookingFactory()
    invoice = invoice_for(booking, finance)
    pay(invoice)
    [charge] = stripe.call("GET", "charges", limit=10)["data"]
    stripe.call("POST", "refunds", charge=charge["id"], amount=5000)
    stripe.deliver()

    book(invoice)

    assert books(booking) == [("charge", TOTAL), ("fee", -1625), ("refund", -5000)]


def test_what_was_paid_out_of_band_posts_nothing(finance: User):
    booking = BookingFactory()
    invoice = invoice_for(booking, finance)
    stripe.call("POST", f"invoices/{invoice.stripe_invoice_id}/pay", paid_out_of_band="true")
    stripe.deliver()

    book(invoice)

    invoice.refresh_from_db()
    assert (invoice.status, invoice.awaiting_stripe, books(booking)) == ("paid", False, [])


def test_a_declined_card_leaves_it_open(finance: User):
    booking = BookingFactory()
    invoice = invoice_for(booking, finance)

    pay(invoice, "pm_card_chargeDeclined")
    stripe.deliver()
    book(invoice)

    invoice.refresh_from_db()
    assert (invoice.status, books(booking)) == ("open", [])
    pay(invoice)
    stripe.deliver()
    book(invoice)
    assert of(booking) == ("confirmed", TOTAL, 0)


def test_another_balance_voids_the_invoice_and_makes_a_new_one(finance: User):
    booking = BookingFactory()
    first = invoice_for(booking, finance)
    Booking.objects.filter(pk=booking.pk).update(total=60000)

    second = invoice_for(booking, finance)

    first.refresh_from_db()
    assert [(first.status, first.amount), (second.status, second.amount)] == [
        ("void", TOTAL),
        ("open", 60000),
    ]
    assert sorted((i["status"], i["amount_due"]) for i in at_stripe()) == [
        ("open", 60000),
        ("void", TOTAL),
    ]


def test_an_invoice_closes_the_attempts_that_are_open(finance: User):
    booking = BookingFactory()
    asked = Wanted(booking_id=booking.pk, user=UserFactory(), surface=Payment.Surface.CHECKOUT)
    start_payment(asked, now=timezone.now())

    invoice = invoice_for(booking, finance)

    assert (invoice.amount, Payment.objects.get().status) == (TOTAL, "canceled")


def test_an_invoice_that_was_paid_on_the_website_instead_is_voided(finance: User):
    booking = BookingFactory()
    invoice = invoice_for(booking, finance)
    asked = Wanted(
        booking_id=booking.pk,
        user=UserFactory(),
        surface=Payment.Surface.ELEMENTS,
        payment_type="deposit",
    )
    payment = start_payment(asked, now=timezone.now()).payment
    payment.refresh_from_db()
    stripe.confirm(payment)
    refresh_payment(payment_id=payment.pk, now=timezone.now())

    later()

    invoice.refresh_from_db()
    assert invoice.status == "void"
    assert invoice_for(booking, finance).amount == TOTAL - 10000


def test_a_balance_paid_by_invoice_is_not_taken_again_before_its_event_comes(finance: User):
    booking = BookingFactory()
    pay(invoice_for(booking, finance))
    wanted = Wanted(booking_id=booking.pk, user=finance, surface=Payment.Surface.CHECKOUT)

    with pytest.raises(NothingDue):
        start_payment(wanted, now=timezone.now())

    assert of(booking) == ("confirmed", TOTAL, 0)
    later()
    assert Invoice.objects.get().status == "paid"


def test_a_time_out_is_finished_by_the_sweeper_and_sends_one(finance: User, sandbox):
    booking = BookingFactory()
    item = {"path": "/v1/invoiceitems"}
    faults = [{"kind": "reset_after", **item}, {"kind": "reset", "times": 3, **item}]
    sandbox.control("POST", "faults", {"api": faults})

    with pytest.raises(GatewayUnavailable):
        invoice_for(booking, finance)

    assert [i["status"] for i in at_stripe()] == ["draft"]
    sandbox.control("DELETE", "faults")
    later()
    [made] = at_stripe()
    assert (made["status"], made["amount_due"], len(made["lines"]["data"])) == ("open", TOTAL, 1)
    assert (Invoice.objects.get().status, Invoice.objects.get().awaiting_stripe) == ("open", False)
    assert len(stripe.events("invoice.sent")) == 1


def test_a_customer_without_an_email_gets_none(finance: User):
    with pytest.raises(CustomerWithoutEmail):
        invoice_for(BookingFactory(customer=ContactFactory(email="")), finance)
    assert (Invoice.objects.count(), at_stripe()) == (0, [])


def test_what_stripe_refuses_is_void_and_another_may_be_asked_for(finance: User):
    booking = BookingFactory()
    Booking.objects.filter(pk=booking.pk).update(total=10**12)  # over Stripe's largest amount

    with pytest.raises(GatewayRejected):
        invoice_for(booking, finance)

    assert [(i.status, i.awaiting_stripe) for i in Invoice.objects.all()] == [("void", False)]
    later()
    Booking.objects.filter(pk=booking.pk).update(total=TOTAL)
    assert invoice_for(booking, finance).status == "open"
    assert len(stripe.events("invoice.sent")) == 1


def test_an_invoice_of_others_is_left_to_the_mirror(finance: User):
    customer = stripe.call("POST", "customers", email="other@example.com")["id"]
    params = {"customer": customer, "collection_method": "send_invoice", "days_until_due": 1}
    stripe.call("POST", "invoices", **params)

    stripe.deliver()

    assert (Invoice.objects.count(), stripe.inbox_states()) == (0, {"processed"})


def test_voided_in_the_dashboard_it_is_void_here(finance: User):
    invoice = invoice_for(BookingFactory(), finance)
    stripe.call("POST", f"invoices/{invoice.stripe_invoice_id}/void")

    stripe.deliver(*stripe.events()[::-1])

    invoice.refresh_from_db()
    assert invoice.status == "void"
