"""The web server's access log, without what a signed link proves."""

from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from myhibachi.link_tokens import masked

# What gunicorn's format takes from a request: the line, the path, the query, the referrer.
ATOMS = ("r", "U", "q", "f")


class AccessLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's own, with "…" in place of each link's token."""

    def atoms(
        self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta
    ) -> dict[str, Any]:
        found: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return found | {name: masked(found[name]) for name in ATOMS if name in found}
