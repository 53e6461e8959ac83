"""Background work: ids in, one call out."""

import logging
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from payments.services import (
    balance_transactions,
    erase,
    follow,
    intents,
    invoice_reminders,
    merge,
    payouts,
    proofs,
    stripe_invoices,
    sweep,
)
from payments.services.money_in import imports as money_in
from payments.services.reconcile import run as reconciliation
from payments.system import jobs
from payments.webhooks import backfill, process, retention, sweeper

logger = logging.getLogger(__name__)

RECONCILE_SECONDS = 6 * 3600


@shared_task
def process_webhook_event(stripe_event_id: str) -> None:
    process.process_event(stripe_event_id=stripe_event_id, now=timezone.now())


@shared_task
def sweep_webhook_events() -> None:
    sweeper.sweep(now=timezone.now())


@shared_task
def refresh_payment(payment_id: str) -> None:
    intents.refresh_payment(payment_id=UUID(payment_id), now=timezone.now())


@shared_task
def refresh_invoice(invoice_id: str) -> None:
    stripe_invoices.refresh_invoice(invoice_id=UUID(invoice_id), now=timezone.now())


@shared_task
def follow_booking(booking_id: str) -> None:
    follow.follow_booking(booking_id=UUID(booking_id), now=timezone.now())


@shared_task
def sweep_stripe_calls() -> None:
    sweep.sweep_stripe_calls(now=timezone.now())


@shared_task
def fetch_balance_transaction(stripe_balance_transaction_id: str) -> None:
    balance_transactions.fetch_balance_transaction(stripe_balance_transaction_id)


@shared_task
def itemize_payout(payout_id: str) -> None:
    payouts.itemize_payout(payout_id=int(payout_id), now=timezone.now())


@shared_task(time_limit=RECONCILE_SECONDS)
def prove_totals() -> None:
    found = proofs.prove_totals(now=timezone.now())
    if found:
        logger.warning("%s figures are not what the ledger proves; see Attention", found)


@shared_task(time_limit=RECONCILE_SECONDS)
def pull_balance() -> None:
    """Take in what no event told of: Stripe's own fees, and what each payout paid out."""
    balance_transactions.pull_balance_transactions(now=timezone.now())
    payouts.itemize_payouts(now=timezone.now())


@shared_task
def finish_money_in() -> None:
    money_in.finish_agreed(now=timezone.now())


@shared_task
def remind_of_overdue_invoices() -> None:
    invoice_reminders.remind_of_overdue(now=timezone.now())


@shared_task
def follow_customers() -> None:
    """Finish what merging and erasing customers left to do."""
    merge.follow_merged()
    erase.finish_erasures(now=timezone.now())


@shared_task
def purge_webhook_payloads() -> None:
    retention.purge_payloads(now=timezone.now())


@shared_task
def backfill_events() -> None:
    backfill.backfill_from_cursor(now=timezone.now())


@shared_task(time_limit=RECONCILE_SECONDS)
def reconcile() -> None:
    try:
        found = reconciliation.reconcile_lately(now=timezone.now())
    except reconciliation.AlreadyRunning:
        # Redis hands a task of more than an hour to a second worker.
        return
    if found:
        logger.warning("%s differences found; see Differences in the admin", found)


@shared_task(time_limit=RECONCILE_SECONDS)
def run_job(job_id: str) -> None:
    jobs.run(job_id=int(job_id))
