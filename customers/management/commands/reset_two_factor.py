"""Lets somebody in whose phone is gone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from customers.models import User
from customers.services import two_factor


class Command(BaseCommand):
    help = "Switch off somebody's two-factor and end all their logins: their phone is gone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, email: str, dry_run: bool, **options: Any) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError("No account has this email.")
        if user.two_factor_id is None:
            self.stdout.write(f"{user}: two-factor is off; nothing to do.")
        elif dry_run:
            self.stdout.write(f"{user}: two-factor would be switched off, and every login ended.")
        else:
            two_factor.reset(user_id=user.pk, actor=None, now=timezone.now())
            self.stdout.write(f"{user}: two-factor is off, and every login has ended.")
