"""Every check of `make lint`, in an environment where Django can start."""

import os
import subprocess
import sys
from pathlib import Path

from devstack.config import ROOT
from devstack.progress import step
from devstack.testing import clusters, servers

BIN = Path(sys.executable).parent
CHECKS: dict[str, list[str | Path]] = {
    "ruff check": [BIN / "ruff", "check", "."],
    "ruff format": [BIN / "ruff", "format", "--check", "."],
    "import-linter": [BIN / "lint-imports", "--no-cache"],
    "manage.py check": [sys.executable, "manage.py", "check", "--fail-level", "WARNING"],
    "makemigrations --check": [sys.executable, "manage.py", "makemigrations", "--check"],
    "mypy": [BIN / "mypy"],
}


class Failed(Exception):
    """A check found something; the message is what it printed."""


def main() -> int:
    """Run all checks; 1 when any failed, with what it said."""
    # mypy's Django plugin and manage.py read the settings; makemigrations asks the database.
    with step("a migrated database"):
        servers.start()
        clusters.copy_database(servers.server_url(), servers.database_name())
    os.environ["DJANGO_SETTINGS_MODULE"] = "myhibachi.settings"
    failures = []
    for name, command in CHECKS.items():
        try:
            with step(name):
                run([str(part) for part in command])
        except Failed as failure:
            failures.append(f"\n{name}\n{failure}")
    clusters.drop_database(servers.server_url(), servers.database_name())
    print("\n".join(failures))
    return 1 if failures else 0


def run(command: list[str]) -> None:
    """Run one check.

    Raises:
        Failed: it found something.
    """
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True)
    if done.returncode:
        raise Failed(done.stdout + done.stderr)


if __name__ == "__main__":
    sys.exit(main())
