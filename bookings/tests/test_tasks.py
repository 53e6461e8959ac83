import datetime as dt

from celery import current_app
from django.conf import settings
from django.utils import timezone

from bookings.models import Status
from bookings.tasks import expire_holds
from bookings.tests.factories import BookingFactory


def test_beat_expires_holds(db):
    over = BookingFactory(hold_expires_at=timezone.now() - dt.timedelta(seconds=1))

    expire_holds()

    over.refresh_from_db()
    assert over.status == Status.EXPIRED
    assert expire_holds.name == settings.CELERY_BEAT_SCHEDULE["expire-holds"]["task"]
    assert expire_holds.name in current_app.tasks
