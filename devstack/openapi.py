"""Writes docs/openapi.yaml from the code: `make openapi`."""

import os

import django
from django.core.management import call_command

from devstack.config import ROOT
from devstack.testing import servers

FILE = ROOT / "docs" / "openapi.yaml"


def main() -> None:
    """Write the schema; a warning of the generator is an error."""
    # The settings name servers.
    servers.start()
    os.environ["DJANGO_SETTINGS_MODULE"] = "myhibachi.settings"
    django.setup()
    call_command("spectacular", file=str(FILE), validate=True, fail_on_warn=True)


if __name__ == "__main__":
    main()
