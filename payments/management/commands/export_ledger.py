from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from myhibachi.core.errors import InvalidInput
from myhibachi.core.money import format_cents
from payments.queries.accounting import lines
from payments.queries.accounting_csv import csv_of
from payments.queries.accounting_proof import Proof, proof
from payments.queries.period import BASES, EVENT, Period


class Command(BaseCommand):
    help = (
        "Write the ledger of a period as CSV for an accountant, a line for each entry, and say "
        "whether it ties to Stripe's balance transactions and payouts. Exit status 1 if not."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        day = date.fromisoformat
        parser.add_argument("--from", dest="first", type=day, required=True, help="first date")
        parser.add_argument("--to", dest="last", type=day, required=True, help="last date")
        parser.add_argument(
            "--basis",
            choices=BASES,
            default=EVENT,
            help="by the date it happened on, or by that from which the money was ours to use",
        )
        parser.add_argument("--output", help="a file (standard output)")

    def handle(
        self, *args: Any, first: date, last: date, basis: str, output: str | None, **options: Any
    ) -> None:
        try:
            period = Period(first=first, last=last, basis=basis)
        except InvalidInput as error:
            raise CommandError(str(error.detail)) from None
        if output:
            with Path(output).open("w", encoding="utf-8", newline="") as file:
                file.writelines(csv_of(lines(period)))
        else:
            for line in csv_of(lines(period)):
                self.stdout.write(line, ending="")
        self._say(proof(period))

    def _say(self, found: Proof) -> None:
        self.stderr.write(
            f"Ledger {format_cents(found.ledger)}: {format_cents(found.outside)} outside Stripe, "
            f"{format_cents(found.through_stripe)} through Stripe, of which Stripe has not told "
            f"{format_cents(found.not_told)}."
        )
        if not found.ties:
            raise CommandError(
                f"The ledger and Stripe differ by {format_cents(found.difference)} in "
                f"{found.differing_count} transactions; see the accounting page of the admin."
            )
        self.stderr.write(f"Ties to Stripe's {format_cents(found.stripe_side)}.")
