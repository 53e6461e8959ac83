import io
import logging
from logging.config import dictConfig
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from myhibachi.link_tokens import masked

TOKEN = "AZ-k3_9mQwq:1vT-x_Y2"


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        (f"GET /pay/b/{TOKEN} HTTP/1.1", "GET /pay/b/… HTTP/1.1"),
        (f"POST /quotes/{TOKEN}/decline HTTP/1.1", "POST /quotes/…/decline HTTP/1.1"),
        (f"GET /quotes/{TOKEN}.pdf HTTP/1.1", "GET /quotes/….pdf HTTP/1.1"),
        (f"GET /quotes/{TOKEN}?a=1 HTTP/1.1", "GET /quotes/…?a=1 HTTP/1.1"),
        (
            f"POST /api/quotes/Q-1/accept?token={TOKEN}&b=2",
            "POST /api/quotes/Q-1/accept?token=…&b=2",
        ),
        ("GET /api/bookings/H-7KQ3XWM HTTP/1.1", "GET /api/bookings/H-7KQ3XWM HTTP/1.1"),
    ],
)
def test_the_access_log_holds_no_token_of_a_signed_link(line, logged):
    assert masked(line) == logged


@pytest.mark.parametrize("name", ["pay-booking", "quote"])
def test_every_page_behind_a_signed_link_is_masked(name):
    assert TOKEN not in masked(reverse(name, args=[TOKEN]))


def test_what_django_logs_of_a_refused_address_holds_no_token_either():
    log = logging.LogRecord("django.request", logging.WARNING, "", 1, "Conflict: %s", (), None)
    log.args = (f"/quotes/{TOKEN}",)
    written = io.StringIO()
    logging_of_ours: dict[str, Any] = settings.LOGGING
    config = logging_of_ours["formatters"]["plain"]
    handler = {"class": "logging.StreamHandler", "formatter": "plain", "stream": written}
    logger = {"handlers": ["kept"], "propagate": False}
    dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"plain": config},
            "handlers": {"kept": handler},
            "loggers": {"test.tokens": logger},
        }
    )

    logging.getLogger("test.tokens").handle(log)

    assert written.getvalue().endswith("WARNING django.request Conflict: /quotes/…\n")
