from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from payments.errors import GatewayError
from payments.management.moments import moment
from payments.webhooks.backfill import STRIPE_KEEPS, backfill


class Command(BaseCommand):
    help = "Fetch the events that Stripe made and never delivered into the inbox. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=moment, default="30d", help="a date, a time, or 7d or 12h (30d)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only count what is missing")

    def handle(self, *args: Any, since: datetime, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        if since < now - STRIPE_KEEPS - timedelta(hours=1):
            self.stderr.write("Stripe keeps events for 30 days; older ones can't be fetched.")
        seen = added = 0
        try:
            for page in backfill(since=since, now=now, dry_run=dry_run):
                seen, added = seen + page.seen, added + page.added
                back_to = timezone.localtime(page.oldest)
                self.stdout.write(f"{seen:>7} seen, {added} missing, back to {back_to:%F %H:%M}")
        except GatewayError as error:
            raise CommandError(f"{error.detail} Run it again: what is kept is kept.") from None
        done = "Dry run, nothing was kept" if dry_run else "Done"
        self.stdout.write(self.style.SUCCESS(f"{done}: {added} of {seen} events were missing."))
