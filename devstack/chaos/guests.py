"""What hundreds of customers, the staff and somebody in Stripe's dashboard do at the same time."""

import datetime as dt
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from devstack.chaos.client import Client, GaveUp, Json, Refused, Target

STAFF, CUSTOMER = "admin-token", "dev-token"
BACK = "https://example.com/back"
SLOTS = ("12:00", "15:00", "18:00", "21:00")
# Far from the days that other tests book.
FIRST_DAY, LAST_DAY = 200, 350
VISA, DECLINED, SECURE = "4242424242424242", "4000000000000002", "4000002760003184"
BY_TOKEN = {
    "pm_card_visa": 8,
    "pm_card_authenticationRequired": 2,
    "pm_card_refundFail": 2,
    "pm_card_pendingRefund": 2,
    "pm_card_createDispute": 1,
}
PATIENCE = 10
HURRY = (
    "UPDATE bookings_booking SET hold_expires_at = now() "
    "WHERE id = %s AND status = 'pending' RETURNING id"
)


class Guest:
    """One party, from its booking to the last movement of its money. `name` marks its rows."""

    def __init__(
        self, target: Target, *, name: str, days: int, people: int, tally: Counter[str]
    ) -> None:
        self.name, self.days, self.people, self.tally = name, days, people, tally
        self.rng = random.Random(name)
        self.client = Client(target, tally=tally, seed=name)
        self.token = CUSTOMER if self.rng.random() < 0.2 else STAFF
        self.asked = 0

    def live(self) -> None:
        """Do what this guest does; what is refused is counted and left."""
        try:
            booking = self._book()
            intent = self._deposit(booking)
            if intent:
                self._then(booking, intent)
        except Refused as refused:
            self.tally[f"refused: {refused.code or refused.status}"] += 1
        except GaveUp as nobody:
            self.tally[f"gave up on {nobody}"] += 1

    # --- Booking --------------------------------------------------------------------------------
    def _book(self) -> Json:
        """Book a slot; where it is full, another."""
        while True:
            try:
                booking = self.client.api("POST", "bookings", self._party(), token=self.token)
            except Refused as refused:
                if refused.code != "slot_full":
                    raise
                self.tally["slots that were full"] += 1
            else:
                self.tally["bookings"] += 1
                return booking

    def _party(self) -> Json:
        day = dt.datetime.now(dt.UTC).date() + dt.timedelta(
            days=FIRST_DAY + self.rng.randrange(self.days)
        )
        self.asked += 1
        party: Json = {
            "date": day.isoformat(),
            "time": self.rng.choice(SLOTS),
            "guests": self.rng.randint(8, 20),
            "menu": "adult",
            "location": "123 Main St, San Jose, CA",
            "notes": f"{self.name} {self.asked}",
        }
        if self.token == STAFF:
            number = self.rng.randrange(self.people)
            person = f"{self.name.rsplit(' ', 1)[0].replace(' ', '-')}-{number}"
            party |= {"contact_name": person, "contact_email": f"{person}@example.com"}
        return party

    # --- The deposit ----------------------------------------------------------------------------
    def _deposit(self, booking: Json) -> str | None:
        """Pay the deposit in one of many ways; returns the PaymentIntent if there is one."""
        ways: dict[Callable[[Json], str | None], int] = {
            self._on_the_page: 5,
            self._by_element: 8,
            self._change_of_mind: 2,
            self._let_the_page_expire: 2,
            self._at_the_last_moment: 1,
        }
        return self.rng.choices(list(ways), list(ways.values()))[0](booking)

    def _on_the_page(self, booking: Json) -> str | None:
        session = self._session(booking)
        if self.rng.random() < 0.25:
            self._pay_page(session["url"], DECLINED)
        self._pay_page(session["url"], self.rng.choice((VISA, VISA, SECURE)))
        found = self.client.stripe("GET", f"checkout/sessions/{session['session_id']}")
        intent: str | None = found["payment_intent"]
        return intent

    def _by_element(self, booking: Json) -> str | None:
        return self._element(booking, "deposit")

    def _change_of_mind(self, booking: Json) -> str | None:
        """The page stays open in another tab, and is not to be paid any more."""
        session = self._session(booking)
        intent = self._element(booking, "deposit")
        self._pay_page(session["url"], VISA)
        return intent

    def _let_the_page_expire(self, booking: Json) -> str | None:
        session = self._session(booking)
        with suppress(Refused):
            self.client.stripe("POST", f"checkout/sessions/{session['session_id']}/expire")
            self.tally["checkout sessions expired"] += 1
        return self._on_the_page(booking) if self.rng.random() < 0.5 else None

    def _at_the_last_moment(self, booking: Json) -> str | None:
        """The hold runs out while the card is being typed."""
        session = self._session(booking)
        if self.client.sql(HURRY, booking["id"]):
            self.tally["holds run out"] += 1
        time.sleep(self.rng.uniform(0, 3))
        self._pay_page(session["url"], VISA)
        found = self.client.stripe("GET", f"checkout/sessions/{session['session_id']}")
        intent: str | None = found["payment_intent"]
        return intent

    # --- Afterwards -----------------------------------------------------------------------------
    def _then(self, booking: Json, intent: str) -> None:
        deeds: dict[Callable[[Json, str], None], int] = {
            self._nothing: 4,
            self._balance: 4,
            self._invoice: 4,
            self._tip: 3,
            self._refund: 4,
            self._refund_in_the_dashboard: 4,
            self._dispute: 3,
        }
        for deed in self.rng.choices(list(deeds), list(deeds.values()), k=2):
            try:
                deed(booking, intent)
            except Refused as refused:
                self.tally[f"refused: {refused.code or refused.status}"] += 1

    def _nothing(self, booking: Json, intent: str) -> None:
        """Most people just come to the party."""

    def _balance(self, booking: Json, intent: str) -> None:
        self._element(booking, "balance")

    def _tip(self, booking: Json, intent: str) -> None:
        if self._element(booking, "gratuity", amount=self.rng.randint(500, 20000)):
            self.tally["tips"] += 1

    def _invoice(self, booking: Json, intent: str) -> None:
        body = {"booking_id": booking["id"]}
        invoice = self.client.api("POST", "stripe/invoices", body, token=STAFF)
        self.tally["invoices"] += 1
        url, fate = invoice["hosted_invoice_url"], self.rng.random()
        if not url or fate < 0.15:
            return
        if fate < 0.3:
            self.client.stripe("POST", f"invoices/{invoice['stripe_invoice_id']}/void")
            return
        if fate < 0.5:
            self._pay_page(url, DECLINED)
        self._pay_page(url, self.rng.choice((VISA, SECURE)))

    def _refund(self, booking: Json, intent: str) -> None:
        """Staff refund part or all of it, once we know that it was paid."""
        payment = self._known_payment(booking, intent)
        if payment is None:
            self.tally["refunds nobody could ask for yet"] += 1
            return
        self.asked += 1
        body: Json = {"payment_id": payment["id"], "notes": f"{self.name} {self.asked}"}
        if self.rng.random() < 0.7:
            body["amount_cents"] = self.rng.randint(100, 6000)
        self.client.api("POST", "stripe/refund", body, token=STAFF)
        self.tally["refunds by staff"] += 1

    def _refund_in_the_dashboard(self, booking: Json, intent: str) -> None:
        amount = self.rng.randint(100, 6000)
        refund = self.client.stripe("POST", "refunds", payment_intent=intent, amount=amount)
        self.tally["refunds in the dashboard"] += 1
        if self.rng.random() < 0.3 and refund["status"] == "succeeded":
            time.sleep(self.rng.uniform(0, 2))
            self.client.control("POST", "actions/fail_refund", {"refund": refund["id"]})

    def _dispute(self, booking: Json, intent: str) -> None:
        charge = self.client.stripe("GET", f"payment_intents/{intent}")["latest_charge"]
        if charge is None:
            return
        dispute = self.client.control("POST", "actions/open_dispute", {"charge": charge})
        self.tally["disputes"] += 1
        time.sleep(self.rng.uniform(0, 2))
        outcome = self.rng.choice(("won", "lost", "open"))
        if outcome != "open":
            body = {"dispute": dispute["id"], "outcome": outcome}
            self.client.control("POST", "actions/close_dispute", body)

    # --- Paying ---------------------------------------------------------------------------------
    def _session(self, booking: Json) -> Json:
        body = {"booking_id": booking["id"], "payment_type": "deposit"}
        return self.client.api("POST", "stripe/create-checkout-session", body, token=self.token)

    def _pay_page(self, url: str, card: str) -> None:
        where = self.client.submit(
            url, card_number=card, exp="12/34", cvc="123", name="Guest", zip="94539"
        )
        if "/3ds/" in where:
            self.client.submit(where, outcome="authorize")

    def _element(self, booking: Json, purpose: str, *, amount: int | None = None) -> str | None:
        """Pay by the Payment Element; returns the PaymentIntent, None when it is left unpaid."""
        body: Json = {"booking_id": booking["id"], "payment_type": purpose}
        if amount:
            body["amount"] = amount
        started = self.client.api("POST", "stripe/create-payment-intent", body, token=self.token)
        intent: str = started["payment_intent_id"]
        if self.rng.random() < 0.2:
            self._confirm(intent, "pm_card_chargeDeclined")
        if self.rng.random() < 0.05:
            return None
        card = self.rng.choices(list(BY_TOKEN), list(BY_TOKEN.values()))[0]
        return intent if self._confirm(intent, card) else None

    def _confirm(self, intent: str, card: str) -> bool:
        """Confirm with a card, by 3-D Secure if it asks; returns whether it was taken."""
        try:
            answer = self.client.stripe(
                "POST", f"payment_intents/{intent}/confirm", payment_method=card, return_url=BACK
            )
        except Refused as refused:
            if refused.status != 402:
                raise
            self.tally["cards declined"] += 1
            return False
        if answer["next_action"]:
            self.client.submit(answer["next_action"]["redirect_to_url"]["url"], outcome="authorize")
        return True

    def _known_payment(self, booking: Json, intent: str) -> Json | None:
        """Return the payment as our API shows it, once it has succeeded there."""
        deadline = time.monotonic() + PATIENCE
        path = f"stripe/payments?booking_id={booking['id']}"
        while time.monotonic() < deadline:
            for payment in self.client.api("GET", path, token=STAFF)["results"]:
                if (payment["stripe_payment_intent_id"], payment["status"]) == (
                    intent,
                    "succeeded",
                ):
                    return dict(payment)
            time.sleep(1)
        return None
