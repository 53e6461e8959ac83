import datetime as dt
import logging
from dataclasses import asdict
from typing import Any

from bookings.models import Booking, Email, Quote, Status, WaitlistEntry
from bookings.services.emails import ics
from bookings.services.emails.content import About, Content, write
from myhibachi.core.tasks import enqueue

logger = logging.getLogger(__name__)

Kind = Email.Kind
WITH_CALENDAR = (Kind.DEPOSIT_RECEIVED, Kind.BOOKING_CHANGED)


def queue_email(
    kind: Email.Kind,
    *,
    booking: Booking | None = None,
    quote: Quote | None = None,
    waitlist_entry: WaitlistEntry | None = None,
    news: str = "",
    facts: dict[str, Any] | None = None,
    now: dt.datetime,
) -> None:
    """Queue an e-mail in the caller's transaction; it is sent once that has committed.

    The same kind of news about the same object is one e-mail. Nobody's address: nothing is queued.

    Facts, all of which may be left out:
        BOOKING_CHANGED: `old_date`, `old_time` (ISO), `old_total`, `fee`; or `{column: [old, new]}`
            of date, time, guests, location, add_ons, proteins, total.
        BOOKING_CANCELED: `rule` (a sentence), `refund_total`, `kept`, and `refunds`, a list of
            `{amount, method, last4}`.
        INVOICE_OVERDUE: `number`, `amount`, `due` (a date in words), `hosted_invoice_url`.
        The other kinds read all they say from the object.

    Args:
        booking, quote, waitlist_entry: what it is about; whose contact it goes to. A place offered
            to the waitlist is a booking too.
        news: tells one piece of news from another of its kind, such as the refund's id.
        facts: what the template shows beside the object, JSON-ready; money in cents.
    """
    subject = waitlist_entry or quote or booking
    if subject is None or not subject.contact_email:
        return
    key = email_key(kind, subject, news)
    if Email.objects.filter(key=key).exists():
        return
    about = About(booking=booking, quote=quote, facts=facts or {})
    email = Email(
        kind=kind,
        key=key,
        booking=booking,
        quote=quote,
        waitlist_entry=waitlist_entry,
        to=subject.contact_email,
        next_attempt_at=now,
        created_at=now,
        **_written(kind, about, now=now),
    )
    # Somebody else may tell the same at this moment: the key decides.
    Email.objects.bulk_create([email], ignore_conflicts=True)
    enqueue("bookings.tasks.send_email", email.pk)


def email_key(kind: Email.Kind, subject: Booking | Quote | WaitlistEntry, news: str) -> str:
    """Return what is the same for the same news, and for no other."""
    return f"{kind}:{subject.pk}:{news}"


def _written(kind: Email.Kind, about: About, *, now: dt.datetime) -> dict[str, Any]:
    """Return the columns of what it says.

    One that can't be written is kept as failed, for staff to see: it must not undo the payment
    that it tells of.
    """
    try:
        content = write(kind, about, now=now)
        return asdict(content) | {"calendar": _calendar(kind, about.booking, now=now)}
    except Exception as error:
        logger.exception("The e-mail %s can't be written.", kind)
        unwritten = asdict(Content(subject=str(kind.label), text="", html=""))
        why = f"It could not be written: {type(error).__name__}"
        return unwritten | {"status": Email.Status.FAILED, "error": why}


def _calendar(kind: Email.Kind, booking: Booking | None, *, now: dt.datetime) -> str:
    """Return the calendar file that goes with it, if one does."""
    if booking is None:
        return ""
    if kind in WITH_CALENDAR and booking.status == Status.CONFIRMED:
        return ics.event(booking, sequence=_sequence(booking), now=now)
    if kind == Kind.BOOKING_CANCELED and _sequence(booking):
        return ics.cancellation(booking, sequence=_sequence(booking), now=now)
    return ""


def _sequence(booking: Booking) -> int:
    """Return how many calendar files of this booking went before."""
    return booking.emails.exclude(calendar="").count()
