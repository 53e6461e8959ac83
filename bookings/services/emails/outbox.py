"""Sends what is queued: claimed in one transaction, sent outside of any, noted in another.

A worker that dies in between leaves its claim, which runs out; the sweeper sends it then.
"""

import datetime as dt
import logging
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from bookings.errors import InvalidTransition
from bookings.models import Email, Status
from bookings.services.emails.message import message
from customers.models import User
from myhibachi.core import audit
from myhibachi.core.errors import NotFound
from myhibachi.core.tasks import enqueue

logger = logging.getLogger(__name__)

Kind = Email.Kind
# Longer than any worker may take (CELERY_TASK_TIME_LIMIT), so that no two send the same.
LEASE = dt.timedelta(minutes=5)
FIRST_RETRY = dt.timedelta(minutes=1)
LONGEST_RETRY = dt.timedelta(hours=3)
MAX_ATTEMPTS = 12
BATCH = 200

_HELD = Q(booking__status=Status.PENDING)
_ON = Q(booking__status=Status.CONFIRMED)
_DONE = Q(booking__status=Status.COMPLETED)
_OWES = Q(booking__paid__lt=F("booking__total"))
# What asks for something is not sent late, after that has been done or has become impossible.
STILL_TRUE: dict[str, Q] = {
    Kind.BOOKING_RECEIVED: _HELD | _ON,
    Kind.HOLD_REMINDER: _HELD,
    Kind.WAITLIST_OFFER: _HELD,
    Kind.BALANCE_DUE: (_ON | _DONE) & _OWES,
    Kind.PARTY_REMINDER: _ON,
    Kind.INVOICE_OVERDUE: (_HELD | _ON | _DONE) & _OWES,
}


def send_email(*, email_id: UUID, now: dt.datetime) -> None:
    """Send a queued e-mail, if it is its turn and nobody else is at it; failures are noted."""
    email = _claim(email_id, now)
    if email is None:
        return
    if not _is_still_true(email):
        _finish(email, status=Email.Status.FAILED, error=Email.TOO_LATE)
        return
    try:
        message(email).send()
    except Exception as error:  # whatever went wrong, the others go on
        logger.warning("e-mail %s was not sent: %s", email.pk, _describe(error))
        _note_failure(email, error, now=now)
    else:
        _finish(email, status=Email.Status.SENT, sent_at=now, error="")


def sweep_emails(*, now: dt.datetime) -> int:
    """Ask for what is due to be sent: what was left, and what failed and waits no longer.

    Returns:
        how many e-mails were asked for.
    """
    queued = Email.objects.filter(status=Email.Status.QUEUED, next_attempt_at__lte=now)
    ids = list(queued.order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH])
    for email_id in ids:
        enqueue("bookings.tasks.send_email", email_id)
    return len(ids)


def send_again(*, email_id: UUID, actor: User, now: dt.datetime) -> Email:
    """Queue an e-mail that failed once more.

    Raises:
        NotFound: there is no such e-mail.
        InvalidTransition: it has not failed, or was never written.
    """
    with transaction.atomic():
        email = Email.objects.select_for_update().filter(pk=email_id).first()
        if email is None:
            raise NotFound("There is no such e-mail.")
        if email.status != Email.Status.FAILED or not email.text:
            raise InvalidTransition("Only an e-mail whose sending failed can be sent again.")
        email.status, email.attempts, email.error = Email.Status.QUEUED, 0, ""
        email.next_attempt_at = now
        email.save(update_fields=["status", "attempts", "error", "next_attempt_at"])
        status = [Email.Status.FAILED, email.status]
        audit.record("email.queued_again", email, actor=actor, status=status)
        enqueue("bookings.tasks.send_email", email.pk)
    return email


def _claim(email_id: UUID, now: dt.datetime) -> Email | None:
    with transaction.atomic(durable=True):
        email = (
            Email.objects.select_for_update(skip_locked=True)
            .filter(pk=email_id, status=Email.Status.QUEUED, next_attempt_at__lte=now)
            .first()
        )
        if email is None:
            return None
        email.attempts += 1
        email.next_attempt_at = now + LEASE
        email.save(update_fields=["attempts", "next_attempt_at"])
    return email


def _is_still_true(email: Email) -> bool:
    condition = STILL_TRUE.get(email.kind, Q())
    return Email.objects.filter(condition, pk=email.pk).exists()


def _note_failure(email: Email, error: Exception, *, now: dt.datetime) -> None:
    is_over = _is_final(error) or email.attempts >= MAX_ATTEMPTS
    wait = min(FIRST_RETRY * 2 ** (email.attempts - 1), LONGEST_RETRY)
    _finish(
        email,
        status=Email.Status.FAILED if is_over else Email.Status.QUEUED,
        next_attempt_at=now + wait,
        error=_describe(error),
    )


def _finish(email: Email, **columns: object) -> None:
    """Note how an attempt ended, unless its claim ran out and somebody else's counts."""
    claimed = Email.objects.filter(pk=email.pk, status=Email.Status.QUEUED, attempts=email.attempts)
    claimed.update(**columns)


def _is_final(error: Exception) -> bool:
    """Whether no other attempt can succeed: the address is refused, or is none."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, ValueError)


def _describe(error: Exception) -> str:
    """Return what went wrong: its name and code. The server's own words may repeat a secret."""
    if isinstance(error, SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        return f"The address was refused ({', '.join(map(str, codes))})."
    if isinstance(error, SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__
