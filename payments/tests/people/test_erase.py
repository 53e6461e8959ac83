"""Erasing a person: nothing of them is left anywhere, and the books are as they were."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.utils import timezone

from bookings.models import Booking, Email, Quote, Status, WaitlistEntry
from bookings.tests.factories import BookingFactory
from customers.models import Customer, LoginSession, User
from customers.services import profiles, sessions
from customers.tests.factories import ContactFactory, CustomerFactory, UserFactory
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.models import AuditEntry
from payments.models import LedgerEntry, MoneyIn, MoneyInBatch, Payment, WebhookEvent
from payments.queries.proofs import wrong_projections
from payments.services.attempts import Wanted
from payments.services.erase import EraseRefused, erase_customer, finish_erasures, preview_erasure
from payments.services.intents import refresh_payment
from payments.services.merge import merge_customers
from payments.services.refunds import refund_payment
from payments.services.start import start_payment
from payments.tests import stripe_world as stripe
from payments.tests.factories import DisputeFactory, InvoiceFactory, PaymentFactory, RefundFactory
from payments.tests.reconcile.world import reconcile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

NAME, EMAIL, PHONE, STREET = "Wilhelmina Quist", "mina@example.com", "+1 510 555 0142", "77 Elm Ct"
LOCATION = f"{STREET}, Fremont, CA 94536"
TRACES = ("wilhelmina", "quist", "mina@example.com", "555 0142", "77 elm ct")


def someone(**fields) -> Customer:
    fields = {"name": NAME, "email": EMAIL, "phone": PHONE, "user__name": NAME} | fields
    return CustomerFactory(user__email=EMAIL, **fields)


def party(customer: Customer, **fields) -> Booking:
    """Return a party of theirs, all of it filled in."""
    return BookingFactory(
        customer=customer,
        contact_name=NAME,
        contact_email=EMAIL,
        contact_phone=PHONE,
        location=LOCATION,
        zip_code="94536",
        notes=f"Ask for {NAME} at the gate.",
        allergies="Wilhelmina: shellfish",
        **fields,
    )


def pay(booking: Booking) -> Payment:
    """Pay the deposit by card, with everything that Checkout asks for."""
    asked = Wanted(
        booking_id=booking.pk, user=booking.customer.user, surface=Payment.Surface.ELEMENTS
    )
    payment = start_payment(asked, now=timezone.now()).payment
    payment.refresh_from_db()
    stripe.call(
        "POST",
        f"payment_intents/{payment.stripe_payment_intent_id}",
        **{
            "receipt_email": EMAIL,
            "shipping[name]": NAME,
            "shipping[address][line1]": STREET,
            "description": f"Deposit of {NAME}",
        },
    )
    stripe.confirm(payment)
    refresh_payment(payment_id=payment.pk, now=timezone.now())
    return payment


def a_life() -> Customer:
    """Return somebody who has left traces everywhere, all of it over."""
    customer, staff = someone(), UserFactory(role="admin")
    sessions.start(
        user=User.objects.get(customer=customer), lifetime=timedelta(days=1), now=timezone.now()
    )
    profiles.change_contact(customer_id=customer.pk, name=NAME, phone=PHONE + "0", actor=staff)
    profiles.change_contact(customer_id=customer.pk, phone=PHONE, actor=staff)
    booking = party(customer)
    payment = pay(booking)
    refund_payment(
        payment_id=payment.pk,
        amount=2500,
        reason=f"{NAME} was ill",
        notes=f"{NAME} called",
        actor=staff,
        now=timezone.now(),
    )
    stripe.deliver()
    MoneyIn.objects.create(
        batch=MoneyInBatch.objects.create(imported_by=staff, source="november.csv"),
        fingerprint="f", method="zelle", amount=10000, received_on=booking.date,
        sender=NAME.upper(), memo=f"Zelle from {NAME}", bank_reference=f"{NAME} 1",
        note=f"{NAME} called", status="recorded", booking=booking, payment=payment,
    )  # fmt: skip
    Booking.objects.filter(pk=booking.pk).update(status=Status.COMPLETED)
    like = {
        field: getattr(booking, field)
        for field in ("guests", "adults", "location", "zip_code", "notes", "allergies", "date",
                      "time", "contact_name", "contact_email", "contact_phone")
    }  # fmt: skip
    entry = WaitlistEntry.objects.create(customer=customer, **like)
    quote = Quote.objects.create(
        customer=customer,
        reference="Q-7KQ3XWM",
        status=Quote.Status.SENT,
        sent_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=1),
        message=f"Dear {NAME}",
        total=booking.total,
        deposit_due=booking.deposit_due,
        rules_snapshot=booking.rules_snapshot,
        extra_lines=[{"label": f"For {NAME}", "amount": -500}],
        **like,
    )
    for about in ({"booking": booking}, {"quote": quote}, {"waitlist_entry": entry}):
        Email.objects.create(
            kind="quote", key=str(*about), to=EMAIL, subject=f"Dear {NAME}", text=LOCATION,
            html=f"<p>{NAME}</p>", calendar=LOCATION, **about,
        )  # fmt: skip
    LogEntry.objects.log_actions(staff.pk, [customer], 2, change_message="", single_object=True)
    return customer


def traces() -> dict[str, str]:
    """Return every row of every table that bears a trace of the person."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT lower(to_jsonb(t)::text) FROM "{table}" t')
            for (row,) in cursor.fetchall():
                if any(trace in row for trace in TRACES):
                    found[table] = row
    return found


def erase(customer: Customer, **fields) -> Customer:
    given: dict[str, Any] = {"typed_name": NAME, "actor": UserFactory(role="admin")} | fields
    return erase_customer(customer_id=customer.pk, now=timezone.now(), **given)


def books() -> list[tuple[Any, ...]]:
    return list(
        LedgerEntry.objects.order_by("cause").values_list("cause", "kind", "amount", "occurred_at")
    )


def test_nothing_of_the_person_is_left_and_the_books_are_whole():
    customer = a_life()
    assert {
        "customers_customer", "customers_user", "bookings_booking", "bookings_quote",
        "bookings_waitlistentry", "bookings_email", "payments_refund", "payments_moneyin",
        "core_auditentry", "payments_webhookevent", "djstripe_customer", "djstripe_charge",
        "djstripe_paymentintent",
        "djstripe_event", "django_admin_log",
    } <= traces().keys()  # fmt: skip
    before, bookings = books(), list(Booking.objects.values("reference", "total", "paid", "date"))

    erased = erase(customer)

    assert traces() == {}
    assert (erased.name, erased.email, erased.phone) == ("Erased customer", "", "")
    assert erased.stripe_customer_id is None
    assert stripe.call("GET", "customers", limit=10)["data"] == []
    assert books() == before
    assert list(Booking.objects.values("reference", "total", "paid", "date")) == bookings
    assert Booking.objects.get().location == "94536"
    assert wrong_projections() == []
    assert reconcile()[0]

    # Stripe goes on to tell of them.
    stripe.deliver()
    assert traces() == {}
    assert reconcile("--fix")[0]
    assert traces() == {}


def test_the_account_is_closed_and_its_logins_with_it():
    customer = a_life()
    erase(customer)
    user = User.objects.get(customer=customer)
    assert (user.is_active, user.has_usable_password()) == (False, False)
    assert LoginSession.objects.count() == 0
    assert Quote.objects.get().status == "expired"
    assert WaitlistEntry.objects.get().status == "withdrawn"
    assert set(Email.objects.values_list("status", flat=True)) == {"failed"}


def test_who_did_what_and_when_stays_in_the_log():
    customer = a_life()
    about = AuditEntry.objects.order_by("pk")
    before = list(about.values_list("pk", "at", "actor", "action", "object_id"))
    erase(customer)
    kept = list(about.values_list("pk", "at", "actor", "action", "object_id"))
    assert kept[: len(before)] == before
    assert list(about.values_list("action", flat=True))[len(before) :] == [
        "quote.expired",
        "waitlist.withdrawn",
        "customer.erased",
        "customer.erased_at_stripe",
    ]


def test_what_was_merged_into_a_person_is_erased_with_them():
    customer, other = a_life(), ContactFactory(name=NAME, phone=PHONE, stripe_customer_id="cus_2")
    merge_customers(kept_id=customer.pk, merged_id=other.pk, actor=UserFactory(role="manager"))
    erase(customer)
    assert traces() == {}
    assert Customer.objects.filter(erased_at=None).count() == 0
    assert Customer.objects.filter(stripe_customer_id__isnull=False).count() == 0


def test_stripe_that_does_not_answer_is_asked_again(sandbox):
    customer = a_life()
    fault = {"kind": "reset", "path": "/v1/customers/*", "method": "DELETE", "times": 10}
    sandbox.control("POST", "faults", {"api": [fault]})
    erased = erase(customer)
    assert (bool(erased.erased_at), bool(erased.stripe_customer_id)) == (True, True)
    assert traces() == {}
    assert reconcile("--fix")[0]
    assert traces() == {}

    sandbox.control("DELETE", "faults")
    assert finish_erasures(now=timezone.now()) == 1
    assert finish_erasures(now=timezone.now()) == 0
    assert stripe.call("GET", "customers", limit=10)["data"] == []
    stripe.deliver()
    assert traces() == {}


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda c: BookingFactory(customer=c), "is pending: it has to be over or canceled."),
        (
            lambda c: BookingFactory(customer=c, status=Status.CONFIRMED),
            "is confirmed: it has to be over or canceled.",
        ),
        (
            lambda c: BookingFactory(customer=c, status=Status.EXPIRED, late_money=True),
            "holds late money: give it a seat or a refund.",
        ),
        (lambda c: PaymentFactory(booking=over(c)), "1 payment is still open."),
        (
            lambda c: RefundFactory(payment=PaymentFactory(booking=over(c), status="succeeded")),
            "1 refund is under way.",
        ),
        (
            lambda c: DisputeFactory(payment=PaymentFactory(booking=over(c), status="succeeded")),
            "1 dispute is not decided.",
        ),
        (lambda c: InvoiceFactory(booking=over(c)), "1 invoice is still open."),
        (
            lambda c: c.user.groups.add(UserFactory(role="support").groups.get()),
            "The account belongs to staff: take its role off first.",
        ),
    ],
)
def test_what_is_not_over_stands_in_the_way(make, why):
    customer = someone()
    make(customer)
    [obstacle] = preview_erasure(customer).obstacles
    assert obstacle.endswith(why)
    with pytest.raises(EraseRefused) as refused:
        erase(customer)
    assert refused.value.detail == obstacle
    customer.refresh_from_db()
    assert (customer.name, customer.erased_at) == (NAME, None)


def over(customer: Customer) -> Booking:
    return BookingFactory(customer=customer, status=Status.COMPLETED)


def test_another_name_or_another_role_erases_nobody():
    customer = someone()
    with pytest.raises(InvalidInput):
        erase(customer, typed_name="Wilhelmina")
    with pytest.raises(NotAllowed):
        erase(customer, actor=UserFactory(role="finance"))
    assert Customer.objects.get().erased_at is None


def test_an_event_that_waited_meanwhile_is_emptied_by_its_worker():
    customer = someone()
    booking = party(customer)
    pay(booking)
    waiting = stripe.events()
    stripe.receive(*waiting)
    Booking.objects.filter(pk=booking.pk).update(status=Status.COMPLETED)
    erase(customer)
    assert traces().keys() == {"payments_webhookevent"}
    stripe.process(*waiting)
    assert traces() == {}
    assert set(WebhookEvent.objects.values_list("state", flat=True)) <= {"processed", "ignored"}
