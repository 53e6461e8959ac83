"""Sending: once, again after a failure, and never what is no longer true."""

import datetime as dt
import re
from smtplib import SMTPAuthenticationError, SMTPRecipientsRefused, SMTPServerDisconnected
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from bookings.errors import InvalidTransition
from bookings.links import link
from bookings.models import Booking, Email
from bookings.services.emails import outbox, queue_email
from bookings.tests.emails.parties import NOW, confirmed, offer, party, saved
from customers.tests.factories import UserFactory
from myhibachi.core.errors import NotFound
from myhibachi.core.ids import uuid7
from myhibachi.core.models import AuditEntry

Kind = Email.Kind
MINUTE = dt.timedelta(minutes=1)


class FailingBackend(EmailBackend):
    """A mail server that refuses as long as `errors` has a reason."""

    errors: list[Exception] = []

    def send_messages(self, messages):
        if self.errors:
            raise self.errors.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def failing(settings):
    """Let the mail server give these answers, one after the other."""
    settings.EMAIL_BACKEND = f"{__name__}.FailingBackend"
    FailingBackend.errors = []
    return FailingBackend.errors


def queued(kind: Email.Kind = Kind.BOOKING_RECEIVED, booking: Booking | None = None) -> Email:
    booking = booking or saved(party())
    queue_email(kind, booking=booking, facts={"amount": 64000}, now=NOW)
    return booking.emails.get(kind=kind)


def send(email: Email, now: dt.datetime = NOW) -> tuple[str, int, str]:
    """Let a worker try, and return how the e-mail stands."""
    outbox.send_email(email_id=email.pk, now=now)
    email.refresh_from_db()
    return (email.status, email.attempts, email.error)


def html_of(message: Any) -> str:
    """Return the HTML that goes beside the text."""
    html: str = message.alternatives[0].content
    return html


def test_a_queued_email_is_sent_with_its_link_filled_in(db):
    booking = saved(party())
    email = queued(booking=booking)
    assert send(email) == ("sent", 1, "")
    (message,) = mail.outbox
    whole = message.message()
    assert (whole["To"], whole["From"]) == (
        "devi@myhibachi.test", "My Hibachi <hello@myhibachi.example>",
    )  # fmt: skip
    assert whole["Subject"] == f"{booking.reference}: pay the deposit to keep your slot"
    assert whole["Message-ID"] == f"<{email.pk}@myhibachi.example>"
    html = html_of(message)
    assert link("pay-booking", booking) in message.body
    assert f'href="{link("pay-booking", booking)}"' in html
    assert "[link:" not in message.body + html
    assert email.sent_at == NOW


def test_a_quotes_email_leads_to_the_quote(db):
    quote = saved(offer())
    queue_email(Kind.QUOTE, quote=quote, now=NOW)
    send(Email.objects.get())
    assert link("quote", quote) in mail.outbox[0].body


def test_the_calendar_goes_along_as_a_file_that_says_what_it_does(db):
    email = queued(Kind.DEPOSIT_RECEIVED, saved(confirmed()))
    send(email)
    parts = list(mail.outbox[0].message().walk())
    assert [part.get_content_type() for part in parts] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    file = parts[-1]
    assert (file.get_param("method"), file.get_filename()) == ("PUBLISH", "party.ics")
    assert email.calendar.encode() == file.get_payload(decode=True)


def test_a_sent_email_is_not_sent_again(db):
    email = queued()
    send(email)
    assert send(email, NOW + dt.timedelta(days=1)) == ("sent", 1, "")
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_it_once():
    email = queued()
    start = Barrier(4)

    def work():
        start.wait()
        outbox.send_email(email_id=email.pk, now=NOW)
        connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=10)
    assert len(mail.outbox) == 1
    assert send(email) == ("sent", 1, "")


def test_a_worker_killed_after_its_claim_leaves_it_to_the_sweeper(db, failing):
    email = queued()
    failing.append(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        send(email)
    assert send(email, NOW + MINUTE) == ("queued", 1, "")
    assert outbox.sweep_emails(now=NOW + MINUTE) == 0

    later = NOW + outbox.LEASE
    assert outbox.sweep_emails(now=later) == 1
    assert send(email, later) == ("sent", 2, "")
    assert mail.outbox[0].message()["Message-ID"] == f"<{email.pk}@myhibachi.example>"


def test_a_server_that_is_away_is_tried_again_ever_more_rarely(db, failing):
    email = queued()
    waits, now = [], NOW
    failing += [SMTPServerDisconnected("gone")] * 12
    for _ in range(12):
        status, _, error = send(email, now)
        waits.append(int((email.next_attempt_at - now) / MINUTE))
        now = email.next_attempt_at
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 180, 180, 180, 180]
    assert (status, error) == ("failed", "SMTPServerDisconnected")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (SMTPAuthenticationError(535, b"hunter2"), "queued", "SMTPAuthenticationError 535"),
        (SMTPRecipientsRefused({"a@b": (550, b"no")}), "failed", "The address was refused (550)."),
        (SMTPRecipientsRefused({"a@b": (450, b"no")}), "queued", "The address was refused (450)."),
        (TimeoutError("hunter2"), "queued", "TimeoutError"),
        (ValueError("hunter2"), "failed", "ValueError"),
    ],
)
def test_an_error_is_noted_without_a_secret(db, failing, caplog, error, status, said):
    failing.append(error)
    assert send(queued()) == (status, 1, said)
    assert "hunter2" not in caplog.text


def test_a_name_with_a_line_break_adds_no_header(db):
    booking = saved(party(contact_name="Devi\r\nBcc: all@spam.example"))
    send(queued(booking=booking))
    whole = mail.outbox[0].message()
    assert whole["Bcc"] is None
    assert "spam" not in whole.as_string()


def test_an_address_with_a_line_break_is_refused_for_good(db):
    email = queued()
    Email.objects.filter(pk=email.pk).update(to="a@b.test\nBcc: all@spam.example")
    assert send(email) == ("failed", 1, "BadHeaderError")
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("kind", "since"),
    [
        (Kind.BOOKING_RECEIVED, {"status": "expired", "seat": None}),
        (Kind.HOLD_REMINDER, {"status": "confirmed"}),
        (Kind.WAITLIST_OFFER, {"status": "expired", "seat": None}),
        (Kind.BALANCE_DUE, {"status": "confirmed", "paid": 64000}),
        (Kind.PARTY_REMINDER, {"status": "canceled", "seat": None}),
        (Kind.INVOICE_OVERDUE, {"status": "confirmed", "paid": 64000}),
    ],
)
def test_what_is_no_longer_true_is_not_sent_late(db, kind, since):
    booking = saved(party())
    email = queued(kind, booking)
    Booking.objects.filter(pk=booking.pk).update(**since)
    assert send(email) == ("failed", 1, "Not sent: it came too late to be true.")
    assert mail.outbox == []


def test_staff_send_a_failed_one_again(db, failing):
    email, actor = queued(), UserFactory(role="support")
    failing.append(ValueError())
    send(email)
    later = NOW + dt.timedelta(hours=1)
    outbox.send_again(email_id=email.pk, actor=actor, now=later)
    assert send(email, later) == ("sent", 1, "")
    entry = AuditEntry.objects.get(action="email.queued_again")
    assert (entry.actor, entry.object_id) == (actor, str(email.pk))


def test_what_was_sent_or_never_written_is_not_sent_again(db):
    email, actor = queued(), UserFactory()
    send(email)
    with pytest.raises(InvalidTransition):
        outbox.send_again(email_id=email.pk, actor=actor, now=NOW)
    Email.objects.filter(pk=email.pk).update(status="failed", text="")
    with pytest.raises(InvalidTransition):
        outbox.send_again(email_id=email.pk, actor=actor, now=NOW)
    with pytest.raises(NotFound):
        outbox.send_again(email_id=uuid7(), actor=actor, now=NOW)


def test_the_text_says_the_same_as_the_html(db):
    send(queued())
    message = mail.outbox[0]
    html = re.sub(r"<[^>]+>", " ", html_of(message))
    for word in ("$100.00", "6:40 PM PDT", "12 (10 adults, 2 children)", "Lobster", "$640.00"):
        assert word in message.body
        assert word in html
