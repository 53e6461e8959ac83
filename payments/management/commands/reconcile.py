from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from myhibachi.core.errors import DomainError
from payments.management.moments import moment
from payments.services.reconcile.found import Found
from payments.services.reconcile.run import Outcome, Progress, reconcile


class Command(BaseCommand):
    help = (
        "Compare Stripe, the mirror, our tables, the ledger and the bookings' totals, object by "
        "object; store and print what differs. Exit status 1 while something does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            type=moment,
            help="what was made since a date, a time, or 7d or 12h ago, and what is open "
            "(everything)",
        )
        parser.add_argument("--fix", action="store_true", help="mend what can be mended")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="store and mend nothing, only say what --fix would do",
        )

    def handle(
        self, *args: Any, since: datetime | None, fix: bool, dry_run: bool, **options: Any
    ) -> None:
        self.dry_run, self.found, self.left, self.mended = dry_run, 0, 0, 0
        try:
            for step in reconcile(since=since, fix=fix, dry_run=dry_run, now=timezone.now()):
                self._say(step)
        except DomainError as error:
            raise CommandError(f"{error.detail} Run it again: what is mended stays so.") from None
        if fix and not dry_run:
            self._end(self.left, f"{self.found} differences found, {self.left} are left.")
        else:
            said = "Dry run, nothing was changed: " if dry_run else ""
            self._end(self.found, f"{said}{self.found} differences.")

    def _say(self, step: Progress | Found | Outcome) -> None:
        if isinstance(step, Progress):
            self.stderr.write(f"{step.count:>7} {step.what}", ending=self._line_end())
        elif isinstance(step, Found):
            self.found += 1
            self.stdout.write(f"{step.kind.label}: {step.object_type} {step.object_id}")
            self.stdout.write(f"    {step.reason}")
            self.stdout.write(f"    {self._would(step)}: {step.remedy}")
        else:
            self._say_outcome(step)

    def _say_outcome(self, step: Outcome) -> None:
        what = f"{step.object_type} {step.object_id}"
        self.left += len(step.remaining)
        if not step.remaining:
            self.stdout.write(self.style.SUCCESS(f"Mended: {what}"))
        for each in step.remaining:
            why = step.refusal or each.by_hand or "it did not help"
            self.stdout.write(self.style.ERROR(f"Not mended: {what}: {each.reason} ({why})"))

    def _would(self, found: Found) -> str:
        return "--fix would" if self.dry_run and found.can_be_mended else "To mend it"

    def _line_end(self) -> str:
        """Overwrite the line on a screen; keep the lines in a log."""
        return "\r" if self.stderr.isatty() else "\n"

    def _end(self, wrong: int, words: str) -> None:
        if wrong:
            raise CommandError(words)
        self.stdout.write(self.style.SUCCESS(words))
