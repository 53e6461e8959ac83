from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.system.checks import examine


class Command(BaseCommand):
    help = "Check everything that money depends on; exit status 1 if anything is wrong."
    # It has to run, and say so, when the database or a migration is what is missing.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        problems = 0
        for finding in examine():
            if not finding.problem:
                self.stdout.write(f"{self.style.SUCCESS('✓')} {finding.name}")
                continue
            problems += 1
            self.stdout.write(f"{self.style.ERROR('✗')} {finding.name}: {finding.problem}")
            self.stdout.write(f"  → {finding.remedy}")
        if problems:
            raise CommandError(f"{problems} of the checks failed.")
        self.stdout.write(self.style.SUCCESS("All is well."))
