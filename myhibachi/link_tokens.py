"""Log lines without what a signed link proves."""

import logging
import re

# `bookings.links`: whoever has the token may see the booking or answer the quote.
LINK = re.compile(r"((?<!/api)/(?:pay/b|quotes)/)[^/?\s.]+(?:\.(?!pdf)[^/?\s.]+)*|(token=)[^&\s]+")


def masked(text: str) -> str:
    """Return the text with the tokens of signed links taken out."""
    return LINK.sub(lambda match: f"{match[1] or match[2]}…", text or "")


class MaskedFormatter(logging.Formatter):
    """Python's own, with "…" in place of each link's token: Django logs a refused address."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return masked(super().format(record))
