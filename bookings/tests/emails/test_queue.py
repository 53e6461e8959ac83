"""What is queued, and that it is queued once."""

import datetime as dt
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from icalendar import Calendar

from bookings.models import Email, Status, WaitlistEntry
from bookings.services import apply_paid
from bookings.services.emails import queue_email
from bookings.tests.emails.parties import NOW, confirmed, offer, party, saved

Kind = Email.Kind


def calendar_of(email: Email) -> dict[str, Any]:
    """Return what a calendar reads."""
    calendar = Calendar.from_ical(email.calendar)
    event = calendar.walk("VEVENT")[0]
    return {
        "method": calendar["METHOD"],
        "uid": event["UID"],
        "sequence": event["SEQUENCE"],
        "status": event["STATUS"],
        "start": event.decoded("DTSTART"),
        "end": event.decoded("DTEND"),
        "location": event["LOCATION"],
    }


def test_an_email_is_kept_with_its_booking_and_without_its_link(db):
    booking = saved(party())
    queue_email(Kind.BOOKING_RECEIVED, booking=booking, now=NOW)
    email = booking.emails.get()
    assert (email.kind, email.to, email.status, email.attempts, email.calendar) == (
        "booking_received", "devi@myhibachi.test", "queued", 0, "",
    )  # fmt: skip
    assert (email.next_attempt_at, email.created_at) == (NOW, NOW)
    assert "[link:pay-booking]" in email.text
    assert 'href="[link:pay-booking]"' in email.html
    assert "/pay/b/" not in email.text + email.html


def test_the_same_news_is_one_email_and_other_news_another(db):
    booking = saved(party())
    for news in ("", "", "a", "a", "b"):
        queue_email(Kind.BOOKING_CHANGED, booking=booking, news=news, now=NOW)
    queue_email(Kind.BOOKING_RECEIVED, booking=booking, now=NOW)
    keys = {key.removeprefix(f"booking_changed:{booking.pk}:") for key in _keys()}
    assert keys == {"", "a", "b", f"booking_received:{booking.pk}:"}


def _keys() -> list[str]:
    return list(Email.objects.values_list("key", flat=True))


def test_nobodys_address_gets_nothing(db):
    queue_email(Kind.BOOKING_RECEIVED, booking=saved(party(contact_email="")), now=NOW)
    assert not Email.objects.exists()


def test_what_is_rolled_back_is_not_told(db):
    booking = saved(party())
    with transaction.atomic():
        queue_email(Kind.BOOKING_RECEIVED, booking=booking, now=NOW)
        transaction.set_rollback(True)
    assert not Email.objects.exists()


def test_a_worker_is_asked_only_after_commit(db, django_capture_on_commit_callbacks):
    booking = saved(party())
    with django_capture_on_commit_callbacks() as asked:
        queue_email(Kind.BOOKING_RECEIVED, booking=booking, now=NOW)
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_tell_the_same_at_once_tell_it_once():
    booking = saved(party())
    start = Barrier(2)

    def tell():
        with transaction.atomic():
            start.wait()
            queue_email(Kind.BOOKING_RECEIVED, booking=booking, now=NOW)
        connection.close()

    both = [Thread(target=tell) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(timeout=10)
    assert Email.objects.count() == 1


def test_a_quote_and_a_waitlist_offer_are_kept_with_what_they_are_about(db):
    quote, booking = saved(offer()), saved(party())
    entry = WaitlistEntry.objects.create(
        customer=booking.customer,
        status=WaitlistEntry.Status.OFFERED,
        booking=booking,
        guests=2,
        adults=2,
        date=booking.date,
        time=booking.time,
        location="San Jose, CA",
        contact_email="waits@myhibachi.test",
    )
    queue_email(Kind.QUOTE, quote=quote, now=NOW)
    queue_email(Kind.WAITLIST_OFFER, booking=booking, waitlist_entry=entry, now=NOW)
    assert [
        (email.kind, email.to, email.quote, email.booking, email.waitlist_entry)
        for email in Email.objects.order_by("created_at", "kind")
    ] == [
        ("quote", "devi@myhibachi.test", quote, None, None),
        ("waitlist_offer", "waits@myhibachi.test", None, booking, entry),
    ]


def test_a_deposit_puts_the_party_into_the_calendar(db):
    booking = saved(party())
    with transaction.atomic():
        apply_paid(booking_id=booking.pk, paid=10000, now=NOW)
    email = booking.emails.get()
    assert email.kind == "deposit_received"
    assert calendar_of(email) == {
        "method": "PUBLISH",
        "uid": f"{booking.pk}@myhibachi.example",
        "sequence": 0,
        "status": "CONFIRMED",
        "start": dt.datetime(2027, 6, 13, 1, 0, tzinfo=dt.UTC),
        # 60 + 3 × 12 minutes
        "end": dt.datetime(2027, 6, 13, 2, 36, tzinfo=dt.UTC),
        "location": "9 Oak Ave, San Jose, CA 95112",
    }


def test_a_move_moves_it_there_and_a_cancellation_takes_it_out(db):
    booking = saved(confirmed())
    queue_email(Kind.DEPOSIT_RECEIVED, booking=booking, now=NOW)
    booking.starts_at += dt.timedelta(days=7)
    queue_email(Kind.BOOKING_CHANGED, booking=booking, news="1", now=NOW)
    booking.status, booking.seat = Status.CANCELED, None
    queue_email(Kind.BOOKING_CANCELED, booking=booking, now=NOW)
    told = [calendar_of(email) for email in booking.emails.order_by("id")]
    assert len({event["uid"] for event in told}) == 1
    assert [(event["method"], event["sequence"], event["start"].day) for event in told] == [
        ("PUBLISH", 0, 13),
        ("PUBLISH", 1, 20),
        ("CANCEL", 2, 20),
    ]
    assert told[2]["status"] == "CANCELLED"


@pytest.mark.parametrize("kind", [Kind.BOOKING_CHANGED, Kind.BOOKING_CANCELED])
def test_what_never_was_in_a_calendar_is_not_put_there(db, kind):
    booking = saved(party())
    queue_email(kind, booking=booking, now=NOW)
    assert booking.emails.get().calendar == ""


def test_an_email_that_cant_be_written_undoes_no_payment_and_is_shown_to_staff(db):
    booking = saved(party())
    with transaction.atomic():
        apply_paid(booking_id=booking.pk, paid=100, now=NOW)
        facts = {"old_date": "nonsense"}
        queue_email(Kind.BOOKING_CHANGED, booking=booking, facts=facts, now=timezone.now())
    booking.refresh_from_db()
    email = booking.emails.get()
    assert booking.paid == 100
    assert (email.status, email.error) == ("failed", "It could not be written: ValueError")
