"""Background work: ids in, one call out."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from payments.services import intents, stripe_invoices, sweep
from payments.webhooks import backfill, process, retention, sweeper


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
def sweep_stripe_calls() -> None:
    sweep.sweep_stripe_calls(now=timezone.now())


@shared_task
def purge_webhook_payloads() -> None:
    retention.purge_payloads(now=timezone.now())


@shared_task
def backfill_events() -> None:
    backfill.backfill_from_cursor(now=timezone.now())
