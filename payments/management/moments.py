"""Moments as people type them on a command line."""

import re
from argparse import ArgumentTypeError
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime


def moment(text: str) -> datetime:
    """Return when `2026-11-01`, `2026-11-01T09:00`, `7d` or `12h` was, at the venue.

    Raises:
        ArgumentTypeError: it is none of these.
    """
    ago = re.fullmatch(r"(\d{1,4})([dh])", text)
    if ago:
        unit = {"d": "days", "h": "hours"}[ago[2]]
        return timezone.now() - timedelta(**{unit: int(ago[1])})
    try:
        found = parse_datetime(text) or parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError("give a date (2026-11-01), a time, or 7d or 12h ago")
    if not isinstance(found, datetime):
        found = datetime(found.year, found.month, found.day)  # noqa: DTZ001 # made aware below
    return found if timezone.is_aware(found) else timezone.make_aware(found)
