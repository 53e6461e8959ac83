"""One customer's way through a running stack, by its API and Stripe's page: book, then pay."""

import json
import urllib.request
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Page

GUEST = "dev-token"
CARD = "4242 4242 4242 4242"


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A booking whose deposit is to be paid."""

    site: str
    booking_id: str
    checkout_url: str
    session_id: str
    payment_id: str

    @classmethod
    def begin(cls, *, site: str) -> "Walk":
        """Book the first open slot a month from now, and ask for Stripe's page."""
        first = date.today() + timedelta(days=30)  # noqa: DTZ011 # a day more or less is as good
        last = first + timedelta(days=60)
        slot = _call(site, f"/api/bookings/availability?from={first}&to={last}")["slots"][0]
        booking = _call(
            site,
            "/api/bookings",
            {
                "date": slot["date"],
                "time": slot["time"][:5],
                "guests": 12,
                "menu": "adult",
                "location": "123 Main St, San Jose, CA 95112",
            },
        )
        line = {"name": "Booking Deposit", "amount": booking["deposit_due"], "quantity": 1}
        session = _call(
            site,
            "/api/stripe/create-checkout-session",
            {"booking_id": booking["id"], "line_items": [line]},
        )
        payments = _call(site, f"/api/stripe/payments?booking_id={booking['id']}")
        return cls(
            site=site,
            booking_id=booking["id"],
            checkout_url=session["url"],
            session_id=session["session_id"],
            payment_id=payments["results"][0]["id"],
        )

    @property
    def success_url(self) -> str:
        """Where the customer lands."""
        return f"{self.site}/pay/success?session_id={self.session_id}"

    @property
    def places(self) -> dict[str, str]:
        """What stands for `{…}` in the path of a page about this booking."""
        return {
            "site": self.site,
            "booking": self.booking_id,
            "payment": self.payment_id,
            "paid": self.success_url,
        }

    def pay(self, page: Page) -> None:
        """Fill in the card on Stripe's page, and wait until our page says that it arrived."""
        page.fill("#card_number", CARD)
        page.fill("#exp", "12 / 34")
        page.fill("#cvc", "123")
        page.fill("#name", "Demo Guest")
        page.click("button.pay")
        page.wait_for_url("**/pay/success**")
        page.wait_for_selector(".good", timeout=60_000)


def _call(site: str, path: str, body: dict[str, Any] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {GUEST}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{site}{path}", data, headers)  # noqa: S310 # our own http URL
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        return json.load(response)
