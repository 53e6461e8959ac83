"""What is open at Stripe follows what a booking owes, against the sandbox over HTTP."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bookings.models import Booking, Status
from bookings.services import Changes, expire_holds, update_booking
from bookings.tests.factories import BookingFactory
from customers.models import User
from customers.tests.factories import UserFactory
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry
from payments.errors import GatewayUnavailable
from payments.models import Invoice, LedgerEntry, Payment
from payments.services.attempts import Wanted
from payments.services.cancel_terms import Terms
from payments.services.cancellation import cancel_booking
from payments.services.follow import follow_booking
from payments.services.invoices import create_balance_invoice
from payments.services.start import Started, start_payment
from payments.services.stripe_invoices import refresh_invoice
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
SURFACES = [Payment.Surface.CHECKOUT, Payment.Surface.ELEMENTS]


@pytest.fixture
def booking(db) -> Booking:
    """A confirmed party of eight that owes $450.00."""
    return BookingFactory(status=Status.CONFIRMED, paid=10000)


@pytest.fixture
def finance(db) -> User:
    return UserFactory(role="finance")


def start(booking: Booking, surface: Payment.Surface = SURFACES[0], **wanted) -> Started:
    asked = Wanted(booking_id=booking.pk, user=UserFactory(), surface=surface, **wanted)
    return start_payment(asked, now=timezone.now())


def invoice_for(booking: Booking, actor: User, days: int | None = None) -> Invoice:
    return create_balance_invoice(
        booking_id=booking.pk, days_until_due=days, actor=actor, now=timezone.now()
    )


def change(booking: Booking, **changes) -> None:
    update_booking(
        booking_id=booking.pk, changes=Changes(**changes), actor=None, now=timezone.now()
    )


def follow(booking: Booking) -> None:
    """Do what the worker does after the booking has changed."""
    follow_booking(booking_id=booking.pk, now=timezone.now())


def later() -> None:
    """Let the sweeper come by once its grace is over."""
    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))


def attempts() -> list[tuple[str, int]]:
    return list(Payment.objects.order_by("created_at").values_list("status", "amount"))


def invoices() -> list[tuple[str, int, int]]:
    """Return ours, oldest first; what Stripe has must be the same."""
    made = stripe.call("GET", "invoices", limit=100)["data"]
    at_stripe = [(each["status"], each["amount_due"]) for each in reversed(made)]
    ours = Invoice.objects.order_by("created_at")
    assert [(each.status, each.amount) for each in ours] == at_stripe
    return list(ours.values_list("status", "amount", "days_until_due"))


def open_at_stripe(started: Started) -> bool:
    kind = started.stripe_object["object"]
    where = "checkout/sessions" if kind == "checkout.session" else "payment_intents"
    found = stripe.call("GET", f"{where}/{started.stripe_object['id']}")
    return found["status"] not in ("expired", "canceled")


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("finish", [follow, lambda booking: later()], ids=["at once", "swept"])
def test_an_attempt_at_another_amount_is_closed(
    booking: Booking, surface: Payment.Surface, finish: Callable[[Booking], None]
):
    started = start(booking, surface)
    change(booking, guests=12)

    finish(booking)

    assert attempts() == [("canceled", 45000)]
    assert not open_at_stripe(started)
    assert start(booking, surface).payment.amount == 56000


@pytest.mark.parametrize("surface", SURFACES)
def test_an_attempt_at_what_is_owed_stays_open(booking: Booking, surface: Payment.Surface):
    started = start(booking, surface)
    change(booking, notes="Ring twice")

    follow(booking)
    later()

    assert attempts() == [("pending", 45000)]
    assert open_at_stripe(started)


def test_a_deposit_is_still_the_deposit_though_the_bill_is_another():
    booking = BookingFactory()
    started = start(booking)
    change(booking, guests=20)

    follow(booking)
    later()

    assert attempts() == [("pending", 10000)]
    assert open_at_stripe(started)


def test_a_tip_does_not_depend_on_the_bill(booking: Booking):
    start(booking, payment_type="gratuity", amount=5000)
    change(booking, guests=12)

    follow(booking)
    later()

    assert attempts() == [("pending", 5000)]


def test_once_the_hold_has_run_out_the_page_is_closed_at_once():
    booking = BookingFactory()
    started = start(booking)
    Booking.objects.update(hold_expires_at=timezone.now() - timedelta(seconds=1))
    assert expire_holds(timezone.now()) == 1

    follow(booking)

    assert attempts() == [("canceled", 10000)]
    assert not open_at_stripe(started)


def test_what_was_paid_before_it_could_be_closed_counts(booking: Booking):
    started = start(booking, Payment.Surface.ELEMENTS)
    started.payment.refresh_from_db()
    stripe.confirm(started.payment)
    change(booking, guests=12)

    follow(booking)

    assert attempts() == [("succeeded", 45000)]
    assert stripe.ledger_of(started.payment) == [("charge", 45000)]


@pytest.mark.parametrize("finish", [follow, lambda booking: later()], ids=["at once", "swept"])
@pytest.mark.parametrize(("guests", "owed"), [(12, 56000), (20, 100000)])
def test_an_invoice_follows_a_dearer_bill(
    booking: Booking, finance: User, guests: int, owed: int, finish: Callable[[Booking], None]
):
    first = invoice_for(booking, finance, days=3)
    change(booking, guests=guests)

    finish(booking)

    assert invoices() == [("void", 45000, 3), ("open", owed, 3)]
    second = Invoice.objects.get(status="open")
    assert (second.awaiting_stripe, second.hosted_invoice_url != "") == (False, True)
    entry = AuditEntry.objects.get(action="invoice.created", object_id=str(second.pk))
    assert (entry.actor, entry.changes) == (None, {"amount": owed, "replaces": str(first.pk)})
    assert len(stripe.events("invoice.sent")) == 2


def test_an_invoice_follows_a_cheaper_bill(finance: User):
    booking = BookingFactory(status=Status.CONFIRMED, paid=10000, guests=20)
    invoice_for(booking, finance)
    change(booking, guests=12)

    follow(booking)

    assert invoices() == [("void", 100000, 7), ("open", 56000, 7)]


def test_an_invoice_of_what_is_owed_is_left_alone(booking: Booking, finance: User):
    invoice_for(booking, finance)
    change(booking, notes="Ring twice")

    follow(booking)
    later()

    assert invoices() == [("open", 45000, 7)]
    assert len(stripe.events("invoice.sent")) == 1


@pytest.mark.parametrize("state", [{"paid": 55000}, {"status": "canceled", "seat": None}])
def test_where_nothing_is_owed_any_more_the_invoice_is_voided_and_none_follows(
    booking: Booking, finance: User, state: dict[str, object]
):
    invoice_for(booking, finance)
    Booking.objects.update(**state)

    follow(booking)
    later()

    assert invoices() == [("void", 45000, 7)]


def cancel(booking: Booking) -> None:
    cancel_booking(
        booking_id=booking.pk,
        terms=Terms(reason="We moved."),
        cancellation_id=uuid7(),
        actor=UserFactory(role="manager"),
        now=timezone.now(),
    )


def expire(booking: Booking) -> None:
    Booking.objects.update(hold_expires_at=timezone.now() - timedelta(seconds=1))
    assert expire_holds(timezone.now()) == 1


@pytest.mark.parametrize("end", [cancel, expire])
@pytest.mark.parametrize("finish", [follow, lambda booking: later()], ids=["at once", "swept"])
def test_the_invoice_of_a_booking_that_is_over_can_t_be_paid(
    finance: User, end: Callable[[Booking], None], finish: Callable[[Booking], None]
):
    booking = BookingFactory()
    invoice = invoice_for(booking, finance)
    end(booking)

    finish(booking)

    assert invoices() == [("void", 55000, 7)]
    path = f"invoices/{invoice.stripe_invoice_id}/pay"
    refused = stripe.call("POST", path, payment_method="pm_card_visa")
    assert refused["error"]["message"].startswith("This invoice is void")


def test_one_that_staff_void_in_the_dashboard_stays_void(booking: Booking, finance: User):
    invoice = invoice_for(booking, finance)
    stripe.call("POST", f"invoices/{invoice.stripe_invoice_id}/void")
    stripe.deliver()

    follow(booking)
    later()

    assert invoices() == [("void", 45000, 7)]


def test_an_invoice_paid_at_this_moment_is_not_asked_for_again(booking: Booking, finance: User):
    invoice = invoice_for(booking, finance)
    path = f"invoices/{invoice.stripe_invoice_id}/pay"
    stripe.call("POST", path, payment_method="pm_card_visa")
    change(booking, guests=12)

    follow(booking)
    refresh_invoice(invoice_id=invoice.pk, now=timezone.now())
    follow(booking)
    later()

    assert [status for status, *_ in Invoice.objects.values_list("status")] == ["paid"]
    charges = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.CHARGE)
    assert [entry.amount for entry in charges] == [45000]
    found = Booking.objects.get()
    assert found.total - 45000 == 21000


def test_twice_at_once_closes_and_sends_once(booking: Booking, finance: User):
    invoice_for(booking, finance)
    change(booking, guests=12)

    def work(_: int) -> None:
        try:
            follow(booking)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    later()

    assert invoices() == [("void", 45000, 7), ("open", 56000, 7)]
    assert len(stripe.events("invoice.sent")) == 2


def test_the_workers_and_the_sweeper_at_once_send_one(booking: Booking, finance: User):
    invoice_for(booking, finance)
    change(booking, guests=12)

    def work(act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [lambda: follow(booking), later, lambda: follow(booking), later]))
    later()

    assert invoices() == [("void", 45000, 7), ("open", 56000, 7)]
    assert len(stripe.events("invoice.sent")) == 2


@pytest.mark.parametrize(
    "path", ["*/void", "/v1/invoices", "/v1/invoiceitems", "*/finalize", "*/send"]
)
@pytest.mark.parametrize("done", [False, True], ids=["before Stripe did it", "after Stripe did it"])
def test_cut_off_anywhere_the_sweeper_finishes_it_and_one_invoice_is_open(
    booking: Booking, finance: User, sandbox, path: str, done: bool
):
    invoice_for(booking, finance)
    change(booking, guests=12)
    call = {"path": path, "method": "POST"}
    faults = [{"kind": "reset_after", **call}] if done else []
    sandbox.control("POST", "faults", {"api": [*faults, {"kind": "reset", "times": 9, **call}]})

    with pytest.raises(GatewayUnavailable):
        follow(booking)
    sandbox.control("DELETE", "faults")
    later()

    assert invoices() == [("void", 45000, 7), ("open", 56000, 7)]
    assert len(stripe.events("invoice.sent")) == 2


def test_an_event_of_the_voiding_that_comes_first_writes_the_next_one_too(
    booking: Booking, finance: User
):
    invoice = invoice_for(booking, finance)
    change(booking, guests=12)
    # A worker died between Stripe's answer and our writing it down.
    stripe.call("POST", f"invoices/{invoice.stripe_invoice_id}/void")

    stripe.deliver(*stripe.events("invoice.voided"))
    follow(booking)
    later()

    assert invoices() == [("void", 45000, 7), ("open", 56000, 7)]


def test_changed_again_and_again_one_invoice_asks_for_what_is_owed(booking: Booking, finance: User):
    invoice_for(booking, finance)
    for guests in (12, 15, 8, 10):
        change(booking, guests=guests)
        follow(booking)

    assert invoices()[-1] == ("open", 45000, 7)
    assert [status for status, *_ in invoices()].count("open") == 1


def test_part_of_it_paid_on_the_website_leaves_an_invoice_for_the_rest(finance: User):
    booking = BookingFactory()
    invoice_for(booking, finance)
    deposit = start(booking, Payment.Surface.ELEMENTS, payment_type="deposit").payment
    deposit.refresh_from_db()
    stripe.confirm(deposit)
    stripe.deliver()

    follow(booking)

    assert invoices() == [("void", 55000, 7), ("open", 45000, 7)]
