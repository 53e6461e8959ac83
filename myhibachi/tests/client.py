"""What a frontend, and Stripe's own side, do to a running stack, over HTTP alone."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import psycopg
import requests

from devstack.testing.stack import RunningStack

Json = dict[str, Any]

PATIENCE = 40
# Each test of a session books days of its own: two parties fit in one slot.
_days = iter(range(20, 330))
_SLOTS = ("12:00", "15:00", "18:00", "21:00")


class Client:
    """One stack, seen from outside."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack

    def api(self, method: str, path: str, body: Json | None = None, *, token: str) -> Json:
        """Call our API and return its answer; anything but success fails the test."""
        answer = self.ask(method, path, body, token=token)
        assert answer.ok, (method, path, answer.status_code, answer.text)
        found: Json = answer.json()
        return found

    def ask(
        self, method: str, path: str, body: Json | None = None, *, token: str = "admin-token"
    ) -> requests.Response:
        """Call our API, whatever it answers."""
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.stack.url}/api/{path}"
        return requests.request(method, url, json=body, headers=headers, timeout=60)

    def stripe(self, method: str, path: str, **params: Any) -> Json:
        """Call the sandbox as Stripe's API."""
        answer = requests.request(
            method,
            f"{self.stack.sandbox_url}/v1/{path}",
            data=params if method == "POST" else None,
            params=params if method == "GET" else None,
            auth=(self.stack.environment["STRIPE_SECRET_KEY"], ""),
            timeout=30,
        )
        assert answer.ok, (method, path, answer.status_code, answer.text)
        found: Json = answer.json()
        return found

    def control(self, method: str, path: str, body: Json | None = None) -> Any:
        """Call the sandbox's own control API."""
        url = f"{self.stack.sandbox_url}/_sandbox/{path}"
        return requests.request(method, url, json=body, timeout=30).json()

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the stack's database."""
        with psycopg.connect(self.stack.environment["DATABASE_URL"]) as connection:
            return connection.execute(query, values).fetchall()

    def party(self) -> Json:
        """Return what to send for a party of eight in a slot that nobody else has."""
        day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=next(_days))
        return {
            "date": day.isoformat(),
            "time": _SLOTS[day.toordinal() % 4],
            "guests": 8,
            "menu": "adult",
            "location": "123 Main St, San Jose, CA",
        }

    def book(self) -> Json:
        """Book such a party."""
        return self.api("POST", "bookings", self.party(), token="dev-token")

    def pay_deposit(self, booking: Json, card: str = "pm_card_visa") -> str:
        """Pay with the Payment Element and return the PaymentIntent's id."""
        return self.pay(booking, amount=10000, payment_type="deposit", card=card)

    def pay(
        self, booking: Json, *, amount: int, payment_type: str, card: str = "pm_card_visa"
    ) -> str:
        """Pay so many cents with the Payment Element and return the PaymentIntent's id."""
        intent = self.api(
            "POST",
            "stripe/create-payment-intent",
            {"booking_id": booking["id"], "amount": amount, "payment_type": payment_type},
            token="dev-token",
        )
        intent_id: str = intent["payment_intent_id"]
        back = "https://example.com/back"
        self.stripe(
            "POST", f"payment_intents/{intent_id}/confirm", payment_method=card, return_url=back
        )
        return intent_id

    def payment(self, booking: Json) -> Json:
        """Return the booking's one payment as our API shows it."""
        path = f"stripe/payments?booking_id={booking['id']}"
        [found] = self.api("GET", path, token="admin-token")["results"]
        return dict(found)


def wait_for(what: Callable[[], Any], *, patience: float = PATIENCE) -> Any:
    """Return the first answer that is true, or fail."""
    deadline = time.monotonic() + patience
    while not (found := what()):
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.2)
    return found
