from uuid import UUID

from celery import shared_task
from django.utils import timezone

from bookings import services
from bookings.services import offers, quotes, reminders
from bookings.services.emails import outbox


@shared_task
def expire_holds() -> None:
    """Free the places of bookings whose deposit never came (beat, every 30 seconds)."""
    services.expire_holds(timezone.now())


@shared_task
def offer_places() -> None:
    """Offer the places that came free to those who wait (beat, every 30 seconds)."""
    offers.offer_places(timezone.now())


@shared_task
def expire_quotes() -> None:
    """Note which quotes' time has passed unanswered (beat, every minute)."""
    quotes.expire_quotes(timezone.now())


@shared_task
def send_email(email_id: str) -> None:
    outbox.send_email(email_id=UUID(email_id), now=timezone.now())


@shared_task
def sweep_emails() -> None:
    """Send what was left or failed (beat, every minute)."""
    outbox.sweep_emails(now=timezone.now())


@shared_task
def send_reminders() -> None:
    """Remind of deposits, balances and parties (beat, every minute)."""
    reminders.send_reminders(timezone.now())
