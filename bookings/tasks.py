from celery import shared_task
from django.utils import timezone

from bookings import services


@shared_task
def expire_holds() -> None:
    """Free the places of bookings whose deposit never came (beat, every 30 seconds)."""
    services.expire_holds(timezone.now())
