"""What the export of all payments takes: it is sent row by row, however many there are."""

import resource
from typing import Any

from django.test import Client
from django.urls import reverse

from bench.pages.stopwatch import Stopwatch

KILOBYTES_A_MB = 1024


def show_export(client: Client) -> None:
    """Print how long the file takes, how long it is, and what it needs of memory."""
    before, watch = _peak_mb(), Stopwatch()
    response: Any = client.get(reverse("admin:payments_payment_export_list"))
    lines = sum(part.count(b"\n") for part in response.streaming_content)
    grown = _peak_mb() - before
    print(
        f"\nThe export of all payments: {lines:,} lines in {watch.ms() / 1000:.1f} s, "
        f"for which the process grew by {grown:.0f} MB."
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES_A_MB
