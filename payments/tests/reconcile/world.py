"""A world with some of everything in it, and what may be looked at of it before and after."""

from datetime import timedelta
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from bookings.tests.factories import BookingFactory
from customers.tests.factories import UserFactory
from payments.models import Invoice, Payment, Refund
from payments.services.invoices import create_balance_invoice
from payments.services.manual import record_manual_payment
from payments.services.paid_back import mark_paid_back
from payments.services.refunds import refund_payment
from payments.services.sweep import sweep_stripe_calls
from payments.tests import stripe_world as stripe
from payments.tests.services.test_refunds import paid

# Written by looking, or when a row is saved.
NOT_COMPARED = (
    "payments_difference", "payments_reconcilerun", "payments_reconcilenote", "core_auditentry",
    "django_session",
)  # fmt: skip

# When a row was saved, and dj-stripe's own number of it.
NOT_FACTS = "{updated_at,as_of,djstripe_updated,djstripe_created,djstripe_id}"


def make(sandbox: Any) -> tuple[Payment, Refund, Invoice]:
    """Pay, refund, dispute, invoice, record cash and pay a check back; every event arrives."""
    staff = UserFactory(role="admin")
    payment = paid()
    refund = refund_payment(payment_id=payment.pk, amount=2500, actor=staff, now=timezone.now())
    paid("pm_card_createDispute")
    cash = BookingFactory()
    record_manual_payment(
        booking_id=cash.pk, method="cash", amount=3000, actor=staff, now=timezone.now()
    )
    check = record_manual_payment(
        booking_id=BookingFactory().pk, method="check", amount=5000, actor=staff, now=timezone.now()
    )
    by_hand = refund_payment(payment_id=check.pk, amount=1000, actor=staff, now=timezone.now())
    mark_paid_back(refund_id=by_hand.pk, how="check", actor=staff, now=timezone.now())
    billed = BookingFactory()
    invoice = create_balance_invoice(
        booking_id=billed.pk, days_until_due=7, actor=staff, now=timezone.now()
    )
    stripe.call("POST", f"invoices/{invoice.stripe_invoice_id}/pay", payment_method="pm_card_visa")
    sandbox.control("POST", "jobs", {})
    stripe.deliver()
    sweep_stripe_calls(now=timezone.now() + timedelta(minutes=2))
    payment.refresh_from_db()
    invoice.refresh_from_db()
    return payment, refund, invoice


def tables() -> dict[str, set[str]]:
    """Return every row of every table as JSON, but for the times at which it was saved."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names():
            if name in NOT_COMPARED:
                continue
            row = f"to_jsonb(t) - '{NOT_FACTS}'::text[]"
            cursor.execute(f'SELECT ({row})::text FROM "{name}" t')
            found[name] = {text for (text,) in cursor.fetchall()}
    return found


def changes(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, tuple[int, int]]:
    """Return how many rows went and came, of each table where any did."""
    return {
        name: (len(before[name] - after[name]), len(after[name] - before[name]))
        for name in before
        if before[name] != after[name]
    }


def break_by_hand(statement: str, *params: Any) -> None:
    """Do what only somebody with the database's password can, past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, params)
        assert cursor.rowcount == 1, statement
        cursor.execute("SET session_replication_role = DEFAULT")


def reconcile(*options: str) -> tuple[bool, str]:
    """Run the command; return whether it found nothing left to say, and what it printed."""
    out, progress = StringIO(), StringIO()
    try:
        call_command("reconcile", *options, stdout=out, stderr=progress)
    except CommandError as error:
        return False, f"{out.getvalue()}{error}"
    return True, out.getvalue()
