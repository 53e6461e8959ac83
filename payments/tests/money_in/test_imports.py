"""From a statement to payments: what names its booking is recorded, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from bookings.models import Booking, Status
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from myhibachi.core.errors import NotAllowed
from payments.errors import ImportChanged
from payments.models import MoneyIn, MoneyInBatch, Payment
from payments.services.manual import record_manual_payment
from payments.services.money_in.imports import finish_agreed, import_statement
from payments.services.money_in.plan import plan_import
from payments.tests import stripe_world as stripe
from payments.tests.money_in.statements import import_all, inbox, money_of, statement
from payments.tests.services.test_payments import start

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def booking() -> Booking:
    """Owes 55000, of which 10000 now."""
    made: Booking = BookingFactory()
    return made


def reason_for(text: str) -> list[tuple[str, str]]:
    """Return what would become of each line, and why."""
    plan = plan_import(text=text, method="zelle", now=timezone.now())
    return [(each.becomes, each.reason) for each in plan.planned]


@pytest.mark.parametrize(
    "typed",
    ["{0}", "deposit for {0} thanks", "{1}", "h {2}", "{3}", "Booking#{1}.", "H–{2}", "({0})"],
)
def test_money_that_names_its_booking_is_recorded_on_it(booking, typed):
    letters = booking.reference[2:]
    spaced = f"h-{letters[:3]} {letters[3:]}".lower()
    memo = typed.format(booking.reference, f"H{letters}", letters, spaced)

    done = import_all(statement(f"Jane Doe,100.00,{memo}"))

    assert (done.new, done.recorded, done.waiting) == (1, 1, 0)
    assert money_of(booking) == ("confirmed", 10000, [("zelle", "deposit", 10000)])
    line = MoneyIn.objects.get()
    payment = Payment.objects.get()
    assert (line.status, line.payment, line.booking) == ("recorded", payment, booking)
    assert stripe.ledger_of(payment) == [("charge", 10000)]
    assert timezone.localdate(payment.succeeded_at) == line.received_on


def test_the_same_statement_again_is_nothing_new(booking):
    text = statement(f"Jane Doe,100.00,{booking.reference}", "Lee Park,20.00,grill")
    import_all(text)

    again = import_all(text + "\n")

    assert (again.batch, again.new, again.recorded) == (None, 0, 0)
    assert inbox() == [("Jane Doe", 10000, "recorded"), ("Lee Park", 2000, "unmatched")]
    assert money_of(booking)[1] == 10000
    assert MoneyInBatch.objects.count() == 1


def test_two_lines_alike_in_one_statement_are_two_payments_and_stay_two(booking):
    row = f"Jane Doe,100.00,{booking.reference}"
    for _ in range(2):
        import_all(statement(row, row))
    assert money_of(booking) == (
        "confirmed", 20000, [("zelle", "deposit", 10000), ("zelle", "balance", 10000)],
    )  # fmt: skip


def test_the_banks_own_number_makes_two_lines_one(booking):
    row = f"Jane Doe,100.00,{booking.reference},abc123"
    done = import_all(statement(row, row))
    assert (done.new, money_of(booking)[1]) == (1, 10000)


def test_a_line_in_another_shape_is_not_taken_twice_without_a_person(booking):
    row = f"Jane Doe,100.00,{booking.reference}"
    import_all(statement(f"{row},abc123"))
    [(becomes, reason)] = reason_for(statement(row))
    assert (becomes, reason.startswith("It looks like Jane Doe")) == ("inbox", True)
    plan = plan_import(text=statement(row), method="venmo", now=timezone.now())
    assert [each.becomes for each in plan.planned] == ["inbox"]


def test_more_than_is_owed_waits_for_a_person(booking):
    text = statement(f"Jane Doe,500.00,{booking.reference}", f"Jane Doe,100.00,{booking.reference}")
    assert reason_for(text) == [
        ("recorded", ""),
        ("inbox", f"{booking.reference} owes $50.00, which is less."),
    ]
    import_all(text)
    assert money_of(booking)[1] == 50000
    assert inbox() == [("Jane Doe", 10000, "unmatched"), ("Jane Doe", 50000, "recorded")]


@pytest.mark.parametrize("status", [Status.CANCELED, Status.EXPIRED, Status.NO_SHOW])
def test_money_for_a_booking_that_is_over_waits_for_a_person(status):
    booking = BookingFactory(status=status, seat=None)
    text = statement(f"Jane Doe,100.00,{booking.reference}")
    word = Status(status).label.lower()
    assert reason_for(text) == [("inbox", f"{booking.reference} is {word}.")]
    import_all(text)
    assert money_of(booking) == (status, 0, [])


def test_what_staff_have_recorded_by_hand_is_not_counted_again(booking):
    record_manual_payment(
        booking_id=booking.pk, method="zelle", amount=10000,
        actor=UserFactory(role="support"), now=timezone.now(),
    )  # fmt: skip
    reason = f"Deposit of $100.00 was recorded by hand for {booking.reference}; perhaps it is this."
    assert reason_for(statement(f"Jane Doe,100.00,{booking.reference}")) == [("inbox", reason)]


def test_two_names_are_none(booking):
    other = BookingFactory()
    memo = f"{booking.reference} and {other.reference}"
    assert [becomes for becomes, _ in reason_for(statement(f"Jane Doe,9.00,{memo}"))] == ["inbox"]


def test_an_open_card_payment_is_closed_before(booking):
    payment = start(booking).payment
    import_all(statement(f"Jane Doe,100.00,{booking.reference}"))
    payment.refresh_from_db()
    assert payment.status == "canceled"
    assert money_of(booking)[1] == 10000


def test_what_changed_since_it_was_seen_is_not_done(booking):
    text, now = statement(f"Jane Doe,100.00,{booking.reference}"), timezone.now()
    seen = plan_import(text=text, method="zelle", now=now).digest
    Booking.objects.filter(pk=booking.pk).update(status="canceled", seat=None)

    with pytest.raises(ImportChanged):
        import_statement(
            text=text, source="pasted", method="zelle", seen=seen,
            actor=UserFactory(role="support"), now=now,
        )  # fmt: skip

    assert inbox() == []


def test_money_that_came_into_the_inbox_is_recorded_by_a_later_import_once_it_is_clear(booking):
    text = statement(f"Jane Doe,560.00,{booking.reference}")
    import_all(text)
    Booking.objects.filter(pk=booking.pk).update(total=60000)
    done = import_all(text)
    assert (done.new, done.recorded, money_of(booking)[1]) == (0, 1, 56000)


def agreed(booking: Booking, **fields) -> MoneyIn:
    """Return a line as a crash leaves it: stored, agreed to, not recorded."""
    actor = UserFactory(role="support")
    batch = MoneyInBatch.objects.create(imported_by=actor, source="pasted")
    made: MoneyIn = MoneyIn.objects.create(
        batch=batch, fingerprint="f", method="zelle", amount=10000, booking=booking,
        received_on=timezone.localdate(), decided_by=actor, decided_at=timezone.now(), **fields,
    )  # fmt: skip
    return made


def test_what_a_crash_left_is_finished_once(booking):
    agreed(booking)
    for _ in range(2):
        finish_agreed(now=timezone.now())
    assert money_of(booking) == ("confirmed", 10000, [("zelle", "deposit", 10000)])


def test_what_a_crash_left_goes_to_a_person_if_the_booking_is_over_by_then(booking):
    line = agreed(booking)
    Booking.objects.filter(pk=booking.pk).update(status="canceled", seat=None)
    finish_agreed(now=timezone.now())
    line.refresh_from_db()
    assert (line.status, line.booking, line.note) == (
        "unmatched", None, f"{booking.reference} is canceled.",
    )  # fmt: skip
    assert money_of(booking)[1] == 0


def test_four_people_importing_the_same_statement_at_once_make_one_payment_of_each_line(booking):
    rows = [f"Jane Doe,{amount}.00,{booking.reference}" for amount in (50, 60, 70)]
    text = statement(*rows, "Lee Park,20.00,grill")
    seen = plan_import(text=text, method="zelle", now=timezone.now()).digest
    people = [UserFactory(role="support") for _ in range(4)]

    def take_part(person) -> str:
        try:
            import_statement(
                text=text, source="pasted", method="zelle", seen=seen,
                actor=person, now=timezone.now(),
            )  # fmt: skip
        except ImportChanged:
            return "changed"
        finally:
            connection.close()
        return "imported"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(take_part, people))

    assert set(answers) <= {"imported", "changed"}
    assert sorted(paid for *_, paid in money_of(booking)[2]) == [5000, 6000, 7000]
    assert MoneyIn.objects.count() == 4


def test_customers_import_nothing(booking):
    with pytest.raises(NotAllowed):
        import_all(statement("Jane Doe,1.00,x"), actor=UserFactory())
