"""Asks for admin pages as the owner, without a browser."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.filling.people import OWNER
from bench.pages.stopwatch import Stopwatch
from customers.models import User

# So quick a page is not measured again: it is nowhere near the limit.
QUICK_MS, QUICK_RUNS = 100.0, 3


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What a page took: the median in milliseconds, and its statements."""

    ms: float
    statements: tuple[str, ...]
    is_broken: bool

    @property
    def queries(self) -> int:
        """How many statements there were."""
        return len(self.statements)


def owner() -> Client:
    """Return a client that is logged in and may everything."""
    # A page that is not there for everybody is no news, and a broken one is in the report.
    logging.getLogger("django.request").setLevel(logging.CRITICAL + 1)
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(email=OWNER))
    return client


def visit(client: Client, url: str, *, runs: int) -> Visit | None:
    """Measure a page, or return nothing where it is not there for this object or person."""
    # The first request fills caches, such as those of templates and content types.
    status = client.get(url).status_code
    if status not in (HTTPStatus.OK, HTTPStatus.INTERNAL_SERVER_ERROR):
        return None
    with CaptureQueriesContext(connection) as captured:
        _content(client.get(url))
    statements = tuple(query["sql"] for query in captured.captured_queries)
    return Visit(
        ms=_median(client, url, runs=runs),
        statements=statements,
        is_broken=status == HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def _median(client: Client, url: str, *, runs: int) -> float:
    times = [_once(client, url) for _ in range(min(QUICK_RUNS, runs))]
    if median(times) > QUICK_MS:
        times += [_once(client, url) for _ in range(runs - len(times))]
    return median(times)


def _once(client: Client, url: str) -> float:
    watch = Stopwatch()
    _content(client.get(url))
    return watch.ms()


def _content(response: Any) -> None:
    """Read all of it: an export comes piece by piece."""
    if response.streaming:
        for _ in response.streaming_content:
            pass
