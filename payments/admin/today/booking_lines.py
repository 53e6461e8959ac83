"""Lines about bookings and quotes."""

import datetime as dt
from dataclasses import replace

from bookings.admin import lower_bill
from bookings.admin.final_count import are_final
from bookings.models import Booking, Email, Quote
from payments.admin import late_money_page, record_payment_page
from payments.admin.today.line import (
    Line,
    about_party,
    action,
    in_place,
    left,
    page_of,
    since,
)

HURRY = dt.timedelta(hours=24)


def base(booking: Booking) -> Line:
    """Return what every line about a booking says."""
    return Line(
        url=page_of(booking),
        name=booking.reference,
        who=booking.contact_name,
        phone=booking.contact_phone,
        about=about_party(booking),
        currency=booking.currency,
    )


def hold(booking: Booking, now: dt.datetime) -> Line:
    """A place that is given up soon."""
    expires = booking.hold_expires_at or now
    return replace(
        base(booking),
        cents=max(booking.deposit_due - booking.paid, 0),
        when=f"lapses {left(expires, now=now)}",
        hurry=True,
        actions=(action("Record payment…", record_payment_page.NAME, booking.pk),),
    )


def late_money(booking: Booking, now: dt.datetime) -> Line:
    """Money that came for a place that is gone."""
    state = booking.get_status_display().lower()
    return replace(
        base(booking),
        cents=booking.paid,
        when=f"{state}, and paid",
        actions=(action("Late money…", late_money_page.NAME, booking.pk),),
    )


def owed_soon(booking: Booking, now: dt.datetime) -> Line:
    """A party that is near, and not all paid."""
    return replace(
        _owed(booking),
        when=f"party {left(booking.starts_at, now=now)}",
        hurry=booking.starts_at - now < HURRY,
    )


def owed_after(booking: Booking, now: dt.datetime) -> Line:
    """A party that is over, and not all paid: it comes late, or never."""
    line = _owed(booking)
    lower = action(lower_bill.BUTTON, lower_bill.NAME, booking.pk, may=lower_bill.PERMISSION)
    return replace(
        line,
        when=f"party {since(booking.starts_at, now=now)}",
        actions=(*line.actions, lower),
    )


def _owed(booking: Booking) -> Line:
    return replace(
        base(booking),
        cents=booking.balance,
        actions=(action("Record payment…", record_payment_page.NAME, booking.pk),),
    )


def count_due(booking: Booking, now: dt.datetime) -> Line:
    """A number of guests that is final soon."""
    final_at = booking.starts_at - dt.timedelta(hours=booking.rules.final_count_hours)
    return replace(
        base(booking),
        when=f"final {left(final_at, now=now)}",
        actions=(
            in_place(are_final(booking.guests), "guests_final", booking, seen=str(booking.guests)),
            action("Change guests", "bookings_booking_change", booking.pk),
        ),
    )


def to_finish(booking: Booking, now: dt.datetime) -> Line:
    """A party of which nobody has said whether it took place."""
    return replace(
        base(booking),
        when=f"began {since(booking.starts_at, now=now)}",
        actions=(in_place("Mark as done", "completed", booking),),
    )


def place_unknown(booking: Booking, now: dt.datetime) -> Line:
    """A place that the map does not know, so that travel is not on the bill."""
    return replace(
        base(booking),
        about=booking.location,
        when=f"party {left(booking.starts_at, now=now)}",
        actions=(action("Correct the place", "bookings_booking_change", booking.pk),),
    )


def quote(asked: Quote, now: dt.datetime) -> Line:
    """A price that a customer has asked for."""
    return Line(
        url=page_of(asked),
        name=asked.reference,
        who=asked.contact_name,
        phone=asked.contact_phone,
        about=f"{asked.date:%a, %b %-d} · {asked.guests} guests",
        cents=asked.total,
        currency=asked.currency,
        when=f"asked {since(asked.created_at, now=now)}",
        actions=(action("Send…", "bookings_quote_send", asked.pk),),
    )


def email(failed: Email, now: dt.datetime) -> Line:
    """Something a customer was to be told."""
    about = failed.booking or failed.quote
    return Line(
        url=page_of(failed),
        name=failed.get_kind_display().capitalize(),
        who=str(about or ""),
        about=f"to {failed.to}: {failed.error}",
        when=since(failed.created_at, now=now),
        actions=(in_place("Send again", "send_again", failed),),
    )
