"""The first draft of an answer to a dispute: what our own rows prove, and nothing else."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from bookings import fees, policy
from bookings.models import Booking, Email
from bookings.pricing import Line
from bookings.queries.moves import strictest_move
from myhibachi.core.money import format_cents
from payments import mirror
from payments.models import Dispute, LedgerEntry, Payment
from payments.services.evidence_fields import check_fields, fit

Json = dict[str, Any]

# What a customer got in writing about the party and its money.
TOLD = (
    Email.Kind.BOOKING_RECEIVED,
    Email.Kind.DEPOSIT_RECEIVED,
    Email.Kind.BOOKING_CHANGED,
    Email.Kind.BOOKING_CANCELED,
)


def draft_evidence(dispute: Dispute, *, now: datetime) -> dict[str, str]:
    """Return what we have to answer a dispute with, by Stripe's names. Nothing is written."""
    payment = dispute.payment
    booking, charge = payment.booking, _charge(payment)
    terms = _terms(booking)
    texts = {
        "customer_name": booking.contact_name or payment.customer.name,
        "customer_email_address": booking.contact_email or payment.customer.email,
        "customer_purchase_ip": booking.client_ip or "",
        "billing_address": _address(charge),
        "product_description": _product(booking),
        "service_date": f"{booking.date:%B %-d, %Y}",
        "cancellation_policy_disclosure": terms,
        "cancellation_rebuttal": _cancellation(booking, now=now),
        "refund_policy_disclosure": terms,
        "refund_refusal_explanation": _refunds(payment),
        "access_activity_log": "\n".join(_log(booking)),
        "uncategorized_text": _story(dispute, payment, charge),
    }
    return check_fields({name: fit(text, name) for name, text in texts.items()})


def _charge(payment: Payment) -> Json:
    return mirror.stored({"object": "charge", "id": payment.stripe_charge_id}) or {}


def _address(charge: Json) -> str:
    address = (charge.get("billing_details") or {}).get("address") or {}
    parts = ("line1", "line2", "city", "state", "postal_code", "country")
    return ", ".join(address[part] for part in parts if address.get(part))


def _product(booking: Booking) -> str:
    lines = "\n".join(
        f"- {line.label}, {line.quantity} × {format_cents(line.unit_amount, booking.currency)}: "
        f"{format_cents(line.amount, booking.currency)}"
        for line in map(Line.from_json, booking.lines)
    )
    return (
        "A private hibachi party: our chef comes with a grill to the place that the customer "
        f"names, and cooks there for {booking.guests} guests.\n"
        f"Booking {booking.reference}: {_party_time(booking)}, at {booking.location}.\n"
        f"{lines}\nTotal: {format_cents(booking.total, booking.currency)}"
    )


def _terms(booking: Booking) -> str:
    """The policy that the booking was made under; that it was accepted only where we know it."""
    windows = policy.in_words(booking.rules, deposit_due=booking.deposit_due)
    agreed = "These are the terms that booking was made under."
    if booking.terms_accepted_at:
        where = f" from the IP address {booking.client_ip}" if booking.client_ip else ""
        agreed = (
            "The customer accepted these terms before paying, "
            f"{_at(booking.terms_accepted_at)}{where}."
        )
    rules = "\n".join(f"- {sentence}" for sentence in (*windows, fees.in_words(booking.rules)))
    return (
        f"What a customer who cancels gets back, and what moving a party costs:\n{rules}\n{agreed}"
    )


def _cancellation(booking: Booking, *, now: datetime) -> str:
    if booking.canceled_at:
        outcome = policy.cancellation(
            booking.rules,
            paid=booking.paid,
            deposit_due=booking.deposit_due,
            starts_at=booking.starts_at,
            now=booking.canceled_at,
            confirmed=booking.confirmed_at is not None,
            moved_in=strictest_move(booking),
        )
        return (
            f"The booking was canceled {_at(booking.canceled_at)}, for a party on "
            f"{_party_time(booking)}. The rule that applied: {outcome.sentence}"
        )
    tense = "was" if booking.starts_at <= now else "is"
    return (
        "The customer has not canceled the booking. "
        f"The party {tense} on {_party_time(booking)}; its status with us: {booking.status}."
    )


def _refunds(payment: Payment) -> str:
    refunds = payment.refunds.filter(status="succeeded").order_by("created_at")
    if not refunds:
        return "Nothing of this payment has been refunded."
    rows = "\n".join(
        f"- {format_cents(refund.amount, refund.currency)} {_at(refund.created_at)}"
        for refund in refunds
    )
    return f"Refunded of this payment already:\n{rows}"


def _log(booking: Booking) -> Iterator[str]:
    """Yield what the customer did and was told, the oldest first."""
    where = f" from {booking.client_ip}" if booking.client_ip else ""
    events = [(booking.created_at, f"Booking {booking.reference} made{where}")]
    if booking.terms_accepted_at:
        events.append((booking.terms_accepted_at, f"Terms accepted{where}"))
    events += [
        (payment.succeeded_at, f"{payment} paid by {payment.get_method_display()}")
        for payment in booking.payments.succeeded()
        if payment.succeeded_at
    ]
    events += [
        (email.sent_at, f"E-mail to {email.to}: {email.subject}")
        for email in _emails(booking)
        if email.sent_at
    ]
    if booking.canceled_at:
        events.append((booking.canceled_at, "Booking canceled"))
    for moment, what in sorted(events, key=lambda event: event[0]):
        yield f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S %Z}  {what}"


def _story(dispute: Dispute, payment: Payment, charge: Json) -> str:
    amount = format_cents(payment.amount, payment.currency)
    paid_at = f" {_at(payment.succeeded_at)}" if payment.succeeded_at else ""
    parts = [
        f"The disputed charge: {amount}, the {payment.get_payment_type_display().lower()} for "
        f"booking {payment.booking.reference}{paid_at}.",
        *_checks(charge),
        _movements(payment),
        *(_letter(email) for email in _emails(payment.booking).filter(kind__in=TOLD)),
    ]
    return "\n\n".join(filter(None, parts))


def _checks(charge: Json) -> Iterator[str]:
    """Yield what the card's bank itself said when it was charged."""
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    checks = card.get("checks") or {}
    named = {
        "CVC": checks.get("cvc_check"),
        "ZIP code": checks.get("address_postal_code_check"),
        "street": checks.get("address_line1_check"),
    }
    found = [f"{name}: {result}" for name, result in named.items() if result]
    secure = (card.get("three_d_secure") or {}).get("result")
    if secure:
        found.append(f"3D Secure: {secure}")
    if found:
        yield f"Checked by the card's bank: {', '.join(found)}."


def _movements(payment: Payment) -> str:
    entries = LedgerEntry.objects.filter(
        booking_id=payment.booking_id, kind__in=LedgerEntry.CUSTOMER_MONEY
    ).order_by("occurred_at", "pk")
    rows = "\n".join(
        f"- {timezone.localtime(entry.occurred_at):%b %-d, %Y}: "
        f"{entry.get_kind_display()} {format_cents(entry.amount, entry.currency)}"
        for entry in entries
    )
    return f"Everything paid and returned for this booking:\n{rows}" if rows else ""


def _emails(booking: Booking) -> Any:
    return booking.emails.filter(status=Email.Status.SENT).order_by("sent_at")


def _letter(email: Email) -> str:
    return f"E-mail sent {_at(email.sent_at)} to {email.to}: {email.subject}\n{_quoted(email.text)}"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in _readable(text.splitlines()))


def _readable(lines: Iterable[str]) -> Iterator[str]:
    # A stored e-mail holds marks where its links were: no bank can follow them.
    return (line for line in lines if line.strip() and "[link:" not in line)


def _party_time(booking: Booking) -> str:
    return f"{timezone.localtime(booking.starts_at):%A, %B %-d, %Y, at %-I:%M %p %Z}"


def _at(moment: datetime | None) -> str:
    return f"on {timezone.localtime(moment):%B %-d, %Y, at %-I:%M:%S %p %Z}" if moment else ""
