"""The Django project: settings, URLs, Celery, and the ground floor in `core`."""

from myhibachi.celery import app as celery_app

__all__ = ["celery_app"]
