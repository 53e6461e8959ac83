"""Reminds customers of invoices that are overdue, every so many days, until one is not any more."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.dateformat import format as format_date

from bookings.models import Email
from bookings.services.emails import queue_email
from bookings.services.emails.queue import email_key
from bookings.services.payable import PAYABLE
from payments.models import Invoice
from payments.services.locks import lock_invoice


def overdue(now: datetime) -> QuerySet[Invoice]:
    """Return the invoices whose day has passed, and which still ask for what is owed."""
    return Invoice.objects.filter(
        status=Invoice.Status.OPEN,
        voiding="",
        due_at__lte=now,
        booking__status__in=PAYABLE,
        amount=F("booking__total") - F("booking__paid"),
    )


def remind_of_overdue(*, now: datetime) -> int:
    """Queue every reminder that is due. Safe to repeat, and with several workers at once.

    The first one is due as soon as the invoice is; the booking's rules say when the next ones are.

    Returns:
        how many invoices one was due for.
    """
    found = overdue(now).exclude(booking__contact_email="").select_related("booking")
    keys = {
        email_key(Email.Kind.INVOICE_OVERDUE, invoice.booking, _news(invoice, now)): invoice.pk
        for invoice in found
    }
    told = set(Email.objects.filter(key__in=keys).values_list("key", flat=True))
    untold = [pk for key, pk in keys.items() if key not in told]
    for invoice_id in untold:
        _remind(invoice_id, now=now)
    return len(untold)


def _remind(invoice_id: UUID, *, now: datetime) -> None:
    with transaction.atomic():
        lock_invoice(invoice_id)
        invoice = overdue(now).select_related("booking").filter(pk=invoice_id).first()
        if invoice and invoice.due_at:
            queue_email(
                Email.Kind.INVOICE_OVERDUE,
                booking=invoice.booking,
                news=_news(invoice, now),
                facts={
                    "number": invoice.number,
                    "amount": invoice.amount,
                    "due": format_date(timezone.localtime(invoice.due_at), "F j"),
                    "hosted_invoice_url": invoice.hosted_invoice_url,
                },
                now=now,
            )


def _news(invoice: Invoice, now: datetime) -> str:
    """Tell which reminder of an invoice it is time for: another every so many days."""
    late = now - (invoice.due_at or now)
    number = late // timedelta(days=invoice.booking.rules.invoice_reminder_days)
    return f"{invoice.pk} {number + 1}"
