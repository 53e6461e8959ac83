"""The web server's access log, without what a signed link proves."""

import re
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

# `bookings.links`: whoever has the token may see the booking or answer the quote.
LINK = re.compile(r"((?<!/api)/(?:pay/b|quotes)/)[^/?\s.]+(?:\.(?!pdf)[^/?\s.]+)*|(token=)[^&\s]+")
# What gunicorn's format takes from a request: the line, the path, the query, the referrer.
ATOMS = ("r", "U", "q", "f")


class AccessLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's own, with "…" in place of each link's token."""

    def atoms(
        self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta
    ) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return found | {name: masked(found[name]) for name in ATOMS if name in found}


def masked(text: str) -> str:
    """Return the text with the tokens of signed links taken out."""
    return LINK.sub(lambda match: f"{match[1] or match[2]}…", text or "")
