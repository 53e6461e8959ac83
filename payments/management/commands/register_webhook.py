from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.errors import GatewayError
from payments.webhooks.endpoint import Registration, register, webhook_url


class Command(BaseCommand):
    help = "Make or update our webhook endpoint at Stripe. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=webhook_url(), help="this server's, from SITE_URL")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, url: str, dry_run: bool, **options: Any) -> None:
        try:
            done = register(url=url, dry_run=dry_run)
        except GatewayError as error:
            raise CommandError(error.detail) from None
        would = "would be " if dry_run else ""
        self.stdout.write(self.style.SUCCESS(f"{url}: {would}{done.outcome} {done.endpoint_id}"))
        for event_type in done.missing:
            self.stdout.write(f"  + {event_type}")
        self._advise(done)

    def _advise(self, done: Registration) -> None:
        if done.secret:
            self.stdout.write(
                f"\nPut this into STRIPE_WEBHOOK_SECRET now; Stripe shows it once: {done.secret}"
            )
        if done.wrong_version:
            self.stderr.write(
                f"It sends API version {done.wrong_version}, which Stripe can't change. Delete it"
                " in Stripe's dashboard and run this again."
            )
