"""A visitor without JavaScript: sends forms, and shows redirects instead of following them."""

import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, NamedTuple

CARD = {
    "card_number": "4242 4242 4242 4242",
    "exp": "12/34",
    "cvc": "123",
    "name": "Ana Ruiz",
    "email": "ana@example.com",
    "zip": "90210",
}


class Answer(NamedTuple):
    status: int
    location: str | None
    text: str

    @property
    def alert(self) -> str | None:
        """What the page says went wrong."""
        found = re.search(r'role="alert">([^<]*)<', self.text)
        return found[1] if found else None


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


def visit(url: str, form: dict[str, str] | None = None) -> Answer:
    """GET, or POST a form."""
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    try:
        with _OPENER.open(url, data, timeout=20) as answer:
            return Answer(answer.status, None, answer.read().decode(errors="replace"))
    except urllib.error.HTTPError as answer:
        with answer:
            return Answer(answer.code, answer.headers.get("Location"), answer.read().decode())
