"""`python -m devstack.prepare COMMAND…`: manage.py commands in one process, one start of Django."""

import sys

import django
from django.core.management import call_command


def main(commands: list[str]) -> None:
    """Run the commands in order; none asks a question."""
    django.setup()
    for command in commands:
        print(f"# manage.py {command}", flush=True)
        call_command(command, **({"interactive": False} if command == "migrate" else {}))


if __name__ == "__main__":
    main(sys.argv[1:])
