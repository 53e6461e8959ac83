"""What the two commands on Stripe's catalogue have in common."""

from abc import abstractmethod
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.errors import GatewayError
from payments.services.products import Line


class CatalogueCommand(BaseCommand):
    """Says what it does line by line, then how much of it there was."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would be done; change nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        counts: Counter[str] = Counter()
        try:
            for line in self.lines(dry_run=dry_run):
                counts[line.outcome] += 1
                self.stdout.write(f"{line.outcome:<10} {line.what}")
        except GatewayError as error:
            raise CommandError(f"{error.detail} Run it again: what is done stays done.") from None
        self.stdout.write(self.style.SUCCESS(_summary(counts, dry_run=dry_run)))

    @abstractmethod
    def lines(self, *, dry_run: bool) -> Iterator[Line]:
        """Do the work, a line for each object."""


def _summary(counts: Counter[str], *, dry_run: bool) -> str:
    found = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    return ("Dry run, nothing was changed: " if dry_run else "Done: ") + (found or "nothing") + "."
