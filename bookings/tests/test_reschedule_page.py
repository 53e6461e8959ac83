import datetime as dt
import re

import pytest
from django.urls import reverse

from bookings.models import Booking, Status
from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from myhibachi.core.models import AuditEntry

NOW = dt.datetime.fromisoformat("2027-06-01T12:00:00-07:00")
JUST_IN_TIME = dt.datetime.fromisoformat("2027-07-01T18:00:00-07:00")
LATE = dt.datetime.fromisoformat("2027-07-01T18:00:01-07:00")
DATE, SIX = dt.date(2027, 7, 3), dt.time(18)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def booking():
    return BookingFactory(date=DATE, time=SIX, status=Status.CONFIRMED, paid=10000)


@pytest.fixture
def manager(client):
    client.force_login(UserFactory(role="manager"))
    return client


@pytest.fixture
def late(client, time_machine):
    """A manager's browser less than 48 hours before the party; a session ends before that."""
    time_machine.move_to(LATE, tick=False)
    client.force_login(UserFactory(role="manager"))
    return client


def address(booking):
    return reverse("admin:bookings_booking_reschedule", args=[booking.pk])


def fields(browser, booking, **typed):
    """Return what the form sends when it is opened and something is chosen."""
    form = browser.get(address(booking)).context["form"]
    return {"move_id": str(form["move_id"].value()), "reason": ""} | typed


def asked(browser, booking, **typed):
    """Send the form, and return what the question's form sends."""
    page = browser.post(address(booking), fields(browser, booking, **typed))
    form = page.context["form"]
    typed = {field.name: field.value() for field in form}
    sent = {name: value for name, value in typed.items() if value is not None}
    return page, sent | {"confirmed": "yes"}


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def slot(booking):
    booking.refresh_from_db()
    return f"{booking.date} {booking.time:%H:%M}", booking.reschedules


def choices(page):
    return re.findall(r'name="slot" value="([^"]+)"', page.content.decode())


def test_a_manager_chooses_an_open_slot_sees_what_it_costs_and_moves(manager, booking):
    page = manager.get(address(booking))
    assert "Moved now it costs $0.00 . The rule: The first move is free" in words(page)

    question, sure = asked(manager, booking, slot="2027-07-04 15:00")
    assert f"Move booking {booking.reference} to Sunday, July 4, 2027 at 3:00 PM?" in words(
        question
    )
    assert slot(booking) == ("2027-07-03 18:00", 0)
    done = manager.post(address(booking), sure, follow=True)

    assert "is now on Sunday, July 4, 2027 at 3:00 PM." in words(done)
    assert slot(booking) == ("2027-07-04 15:00", 1)


def test_the_question_shows_the_fee_the_rule_and_both_totals(late, booking):
    question, _ = asked(late, booking, slot="2027-07-10 15:00")

    assert (
        "Now Sat, Jul 3, 2027 6:00 PM Then Sat, Jul 10, 2027 3:00 PM Fee $200.00 "
        "Total $750.00 before: $550.00 Paid $100.00 Left to pay $650.00 "
        "The rule: The first move is free when made 48 hours or more before the party; any other "
        "costs $200.00. This is move 1, 47 hours 59 minutes before."
    ) in words(question)


def test_a_fee_that_came_due_between_question_and_answer_is_asked_about_again(
    client, booking, time_machine
):
    time_machine.move_to(JUST_IN_TIME, tick=False)
    client.force_login(UserFactory(role="manager"))
    _, sure = asked(client, booking, slot="2027-07-10 15:00")
    time_machine.move_to(LATE, tick=False)

    again = client.post(address(booking), sure)

    assert "Moving it costs $200.00 now. Please look again." in words(again)
    assert slot(booking) == ("2027-07-03 18:00", 0)
    sure["expected_fee"] = again.context["form"]["expected_fee"].value()
    client.post(address(booking), sure)
    assert (slot(booking)[1], booking.total) == (1, 75000)


def test_a_fee_is_waived_with_a_reason_alone(late, booking):
    to = {"slot": "2027-07-10 15:00", "waive_fee": "on"}

    refused = late.post(address(booking), fields(late, booking, **to))
    assert refused.context["form"].errors == {"reason": ["Say why the fee is waived."]}
    question, sure = asked(late, booking, **to, reason="Wildfire smoke")
    assert "Fee $0.00 $200.00 waived Total $550.00 Paid" in words(question)
    late.post(address(booking), sure)

    assert (slot(booking), booking.total) == (("2027-07-10 15:00", 1), 55000)
    assert AuditEntry.objects.get(action="booking.rescheduled").note == "Wildfire smoke"


def test_no_waiving_is_offered_where_there_is_no_fee(manager, booking):
    assert "Waive the fee" not in words(manager.get(address(booking)))


def test_waiving_is_offered_where_there_is_one(late, booking):
    assert "Waive the fee" in words(late.get(address(booking)))


def test_nobody_moves_it_without_having_seen_the_fee(late, booking):
    typed = fields(late, booking, slot="2027-07-10 15:00", confirmed="yes")

    answer = late.post(address(booking), typed)

    assert "Fee $200.00" in words(answer)
    assert slot(booking) == ("2027-07-03 18:00", 0)


def test_a_double_click_moves_once_and_says_so_twice(manager, booking):
    _, sure = asked(manager, booking, slot="2027-07-04 15:00")

    said = [words(manager.post(address(booking), sure, follow=True)) for _ in range(2)]

    assert all("is now on Sunday, July 4, 2027" in page for page in said)
    assert slot(booking)[1] == 1


def test_the_slots_shown_are_open_around_the_party_and_never_its_own(manager, booking):
    BookingFactory.create_batch(2, date=DATE, time=dt.time(15))

    shown = choices(manager.get(address(booking)))

    assert (shown[0], shown[-1]) == ("2027-06-30 12:00", "2027-07-13 21:00")
    assert [each for each in shown if each.startswith("2027-07-03")] == [
        "2027-07-03 12:00",
        "2027-07-03 21:00",
    ]


@pytest.mark.parametrize(
    ("start", "first", "links"),
    [
        ("2027-06-01", "2027-06-03 12:00", ["2027-06-15"]),
        ("1999-01-01", "2027-06-03 12:00", ["2027-06-15"]),
        ("2027-08-01", "2027-08-01 12:00", ["2027-07-18", "2027-08-15"]),
        ("2027-02-30", "2027-06-30 12:00", ["2027-06-16", "2027-07-14"]),
        ("nonsense", "2027-06-30 12:00", ["2027-06-16", "2027-07-14"]),
        ("9999-12-31", "2028-05-31 12:00", ["2028-05-17"]),
    ],
)
def test_one_may_leaf_through_the_weeks(manager, booking, start, first, links):
    page = manager.get(address(booking), {"from": start})

    assert choices(page)[0] == first
    assert re.findall(r'href="\?from=([^"]+)"', page.content.decode()) == links


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("", "Choose a slot."),
        ("tomorrow", "This is not a date and a time."),
        ("2027-07-03 18:00", "The booking is at this date and time already."),
        ("2027-07-04 17:00", "We start at 12:00, 15:00, 18:00, 21:00."),
        ("2027-06-01 21:00", "We need 48 hours&#x27; notice."),
    ],
)
def test_a_slot_that_cannot_be_is_refused(manager, booking, value, error):
    answer = manager.post(address(booking), fields(manager, booking, slot=value))

    assert error in answer.content.decode()
    assert slot(booking) == ("2027-07-03 18:00", 0)


def test_a_slot_that_filled_up_meanwhile_is_refused_and_the_choice_shown_again(manager, booking):
    _, sure = asked(manager, booking, slot="2027-07-04 15:00")
    BookingFactory.create_batch(2, date=dt.date(2027, 7, 4), time=dt.time(15))

    answer = manager.post(address(booking), sure)

    assert "This slot is fully booked." in words(answer)
    assert "2027-07-04 15:00" not in choices(answer)
    assert slot(booking) == ("2027-07-03 18:00", 0)


def test_changing_ones_mind_keeps_what_was_chosen(manager, booking):
    _, sure = asked(manager, booking, slot="2027-07-04 15:00", reason="They asked")

    page = manager.post(address(booking), sure | {"edit": "Change"})

    assert 'value="2027-07-04 15:00" checked' in page.content.decode()
    assert page.context["form"]["reason"].value() == "They asked"


@pytest.mark.parametrize(
    ("role", "status", "offered"),
    [
        ("manager", Status.CONFIRMED, True),
        ("manager", Status.PENDING, True),
        ("manager", Status.COMPLETED, False),
        ("manager", Status.CANCELED, False),
        ("support", Status.CONFIRMED, False),
    ],
)
def test_the_button_is_there_for_who_may_and_what_can(client, role, status, offered):
    client.force_login(UserFactory(role=role))
    booking = BookingFactory(status=status)

    page = client.get(reverse("admin:bookings_booking_change", args=[booking.pk]))

    assert (address(booking) in page.content.decode()) == offered


def test_a_party_that_has_begun_is_offered_no_move(manager, booking, time_machine):
    time_machine.move_to(booking.starts_at, tick=False)

    page = manager.get(reverse("admin:bookings_booking_change", args=[booking.pk]))

    assert address(booking) not in page.content.decode()


@pytest.mark.parametrize(("role", "status"), [("support", 403), (None, 302)])
def test_who_may_not_move_bookings_gets_nowhere(client, booking, role, status):
    client.force_login(UserFactory(role=role))

    answer = client.post(address(booking), {"slot": "2027-07-04 15:00", "confirmed": "yes"})

    assert answer.status_code == status
    assert Booking.objects.get().date == DATE
