"""What every page shares: templates, amounts and times as text, the style sheet."""

import time
from pathlib import Path
from typing import Any

from flask import Response, make_response, redirect, render_template, send_from_directory

from sandbox.api import Call, page
from sandbox.money import text

STATIC = Path(__file__).parents[1] / "static"
POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'"


def show(template: str, status: int = 200, **values: Any) -> Response:
    """Render a template; it may use ``money(cents, currency)``, ``moment`` and ``day``."""
    body = render_template(template, money=text, moment=moment, day=day, **values)
    response = make_response(body, status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def moment(seconds: float | None) -> str:
    """A timestamp for people, e.g. ``Mar 2, 2026, 14:05:09 UTC``; a dash for none."""
    return (
        f"{day(seconds)}, {time.strftime('%H:%M:%S', time.gmtime(seconds))} UTC" if seconds else "–"
    )


def day(seconds: float | None) -> str:
    """A date for people, e.g. ``Mar 2, 2026``; a dash for none."""
    at = time.gmtime(seconds)
    return f"{time.strftime('%b', at)} {at.tm_mday}, {at.tm_year}" if seconds else "–"


def go(url: str) -> Response:
    """303: fetch that instead."""
    response = make_response(redirect(url, 303))
    response.headers["Cache-Control"] = "no-store"
    return response


@page("GET", path="/assets/<name>")
def asset(_: Call, name: str) -> Response:
    """The style sheet."""
    return send_from_directory(STATIC, name, max_age=3600)
