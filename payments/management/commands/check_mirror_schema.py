from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.management import mirror_schema


class Command(BaseCommand):
    help = (
        "Prove that our migrations of dj-stripe's tables make the schema its own make. Works in "
        "two scratch databases, which it needs the right to create; takes a minute or two."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = mirror_schema.compare()
        if found.differences:
            raise CommandError("The schemas differ:\n" + "\n".join(found.differences))
        self.stdout.write(
            self.style.SUCCESS(
                "Our schema of dj-stripe's tables equals its own: "
                f"{found.equal} columns, constraints and indexes."
            )
        )
