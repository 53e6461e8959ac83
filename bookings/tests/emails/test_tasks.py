"""The worker and beat do what sends e-mails."""

import datetime as dt

from celery import current_app
from django.conf import settings
from django.utils import timezone

from bookings import tasks
from bookings.models import Email
from bookings.services.emails import queue_email
from bookings.tests.emails.parties import party, saved


def test_a_worker_sends_by_id(db, mailoutbox):
    booking = saved(party())
    queue_email(Email.Kind.BOOKING_RECEIVED, booking=booking, now=timezone.now())

    tasks.send_email(str(booking.emails.get().pk))

    assert [message.to for message in mailoutbox] == [["devi@myhibachi.test"]]


def test_beat_reminds_and_sends_what_was_left(db, django_capture_on_commit_callbacks):
    saved(party(hold_expires_at=timezone.now() + dt.timedelta(minutes=10)))

    tasks.send_reminders()
    with django_capture_on_commit_callbacks() as asked:
        tasks.sweep_emails()

    assert [email.kind for email in Email.objects.all()] == ["hold_reminder"]
    assert len(asked) == 1


def test_beat_knows_both_and_the_worker_what_the_queue_asks_for():
    asked_for = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {tasks.send_reminders.name, tasks.sweep_emails.name}

    assert ours <= asked_for
    assert {*ours, "bookings.tasks.send_email"} <= set(current_app.tasks)
