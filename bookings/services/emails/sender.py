"""Who writes: `settings.DEFAULT_FROM_EMAIL`."""

from email.utils import parseaddr

from django.conf import settings


def address() -> str:
    """Return the address alone, such as `hello@example.com`."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def unique_id(name: object) -> str:
    """Return `<name>@<our domain>`, as Message-IDs and calendars want it."""
    return f"{name}@{address().rpartition('@')[2]}"
