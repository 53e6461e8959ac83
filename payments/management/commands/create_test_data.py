from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from payments.management.demo.offers import make_quotes
from payments.management.demo.people import make_people
from payments.management.demo.statement import import_lines
from payments.management.demo.story import tell


class Command(BaseCommand):
    help = "Make demo logins, bookings and payments, in development and tests. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENVIRONMENT not in ("development", "test"):
            raise CommandError(f"No demo data in {settings.ENVIRONMENT}.")
        with connection.cursor() as cursor:
            # Waiting for the disk takes longer than all the rest, and nobody misses a demo.
            cursor.execute("SET synchronous_commit TO off")
        people, made = make_people(), 0
        for line in tell(people, now=timezone.now()):
            self.stdout.write(line)
            made += 1
        make_quotes(people, now=timezone.now())
        import_lines(people, now=timezone.now())
        summary = f"Made {made} demo bookings." if made else "The demo data is there already."
        self.stdout.write(self.style.SUCCESS(summary))
