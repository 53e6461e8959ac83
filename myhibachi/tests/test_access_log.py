import pytest
from django.urls import reverse

from myhibachi.access_log import masked

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
