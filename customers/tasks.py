"""Background work on customers."""

from celery import shared_task
from django.utils import timezone

from customers.services import sessions


@shared_task
def purge_login_sessions() -> None:
    """Forget logins that have expired."""
    sessions.purge(now=timezone.now())
