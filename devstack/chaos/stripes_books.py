"""What our books have to say, worked out from Stripe's public API alone.

Whose an object is, its metadata says: we put `payment_id`, `invoice_id` and `booking_id` there.
Objects without are not ours.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from devstack.chaos.client import Client, Json

# What is in the books: `(kind, id) -> {field: value}`. Amounts are cents.
Books = dict[tuple[str, str], dict[str, Any]]

STATUS_OF_INTENT = {
    "requires_action": "requires_action",
    "processing": "processing",
    "requires_capture": "processing",
    "succeeded": "succeeded",
    "canceled": "canceled",
}
CAME_BACK = ("failed", "canceled")


class StripesBooks:
    """Everything Stripe knows, listed once."""

    def __init__(self, client: Client) -> None:
        self.intents = {one["id"]: one for one in client.every("payment_intents")}
        self.charges = list(client.every("charges", **{"expand[]": "data.balance_transaction"}))
        self.refunds = list(client.every("refunds"))
        self.disputes = list(client.every("disputes"))
        self.invoices = {one["id"]: one for one in client.every("invoices")}
        self.invoice_payments = list(client.every("invoice_payments"))
        self.sessions = list(client.every("checkout/sessions"))
        self.customers = list(client.every("customers"))
        self.events = list(client.every("events"))
        # Where a movement of an intent's money belongs.
        self._booking = {**self._by_intent(), **self._by_invoice()}

    def books(self) -> Books:
        """Return what our tables have to hold."""
        books: Books = {}
        for kind, rows in {
            "payment": self._payments(),
            "checkout": self._checkouts(),
            "refund": self._refunds(),
            "dispute": self._disputes(),
            "invoice": self._invoices(),
            "ledger": self._ledger(),
            "customer": self._customers(),
            "event": ((event["id"], {"taken in": 1}) for event in self.events),
            "mirror": self._mirror(),
        }.items():
            books |= {(kind, key): facts for key, facts in rows}
        return books | self._bookings(books)

    def _by_intent(self) -> dict[str, str]:
        found = ((one["id"], one["metadata"]) for one in self.intents.values())
        return {key: named["booking_id"] for key, named in found if "payment_id" in named}

    def _by_invoice(self) -> dict[str, str]:
        """The intents that paid an invoice of ours."""
        owners = {}
        for one in self.invoice_payments:
            named = self.invoices[one["invoice"]]["metadata"]
            if one["status"] == "paid" and "invoice_id" in named:
                owners[one["payment"]["payment_intent"]] = named["booking_id"]
        return owners

    def _payments(self) -> Iterator[tuple[str, Json]]:
        for key, booking in self._booking.items():
            intent = self.intents[key]
            succeeded = intent["status"] == "succeeded"
            yield (
                key,
                {
                    "booking": booking,
                    "amount": intent["amount"],
                    "status": _status(intent),
                    "charge": intent["latest_charge"] if succeeded else None,
                },
            )

    def _checkouts(self) -> Iterator[tuple[str, Json]]:
        for session in self.sessions:
            if "payment_id" in session["metadata"]:
                facts = {"id": session["metadata"]["payment_id"], "status": self._outcome(session)}
                yield session["id"], facts

    def _outcome(self, session: Json) -> str:
        intent = self.intents.get(session["payment_intent"] or "")
        if session["status"] == "expired":
            return "canceled"
        return _status(intent) if intent else "pending"

    def _refunds(self) -> Iterator[tuple[str, Json]]:
        for refund in self.refunds:
            if refund["payment_intent"] in self._booking:
                yield refund["id"], _facts(refund, "payment_intent", "amount", "status")

    def _disputes(self) -> Iterator[tuple[str, Json]]:
        for dispute in self.disputes:
            if dispute["payment_intent"] in self._booking:
                yield dispute["id"], _facts(dispute, "payment_intent", "amount", "status")

    def _invoices(self) -> Iterator[tuple[str, Json]]:
        for invoice in self.invoices.values():
            if "invoice_id" in (named := invoice["metadata"]):
                facts = {"id": named["invoice_id"], "booking": named["booking_id"]}
                facts |= {"amount": invoice["total"], "status": invoice["status"]}
                yield invoice["id"], facts

    def _ledger(self) -> Iterator[tuple[str, Json]]:
        """Each movement of money, by what caused it."""
        for charge in self.charges:
            booking = self._booking.get(charge["payment_intent"])
            if booking and charge["status"] == "succeeded":
                yield f"charge:{charge['id']}", _entry(booking, "charge", charge["amount"])
                yield from _fee(booking, charge["balance_transaction"])
        for refund in self.refunds:
            booking = self._booking.get(refund["payment_intent"])
            if booking:
                yield f"refund:{refund['id']}", _entry(booking, "refund", -refund["amount"])
            if booking and refund["status"] in CAME_BACK:
                entry = _entry(booking, "refund_reversal", refund["amount"])
                yield f"refund_reversal:{refund['id']}", entry
        for dispute in self.disputes:
            booking = self._booking.get(dispute["payment_intent"])
            for moved in dispute["balance_transactions"] if booking else []:
                kind = "dispute_withdrawn" if moved["amount"] < 0 else "dispute_reinstated"
                yield f"dispute:{moved['id']}", _entry(booking, kind, moved["amount"])
                yield from _fee(booking, moved, cause="dispute_fee")

    def _bookings(self, books: Books) -> Books:
        """What each booking has been paid, tips not counted; its deposit confirmed it for good."""
        tips = {
            charge["id"]: charge["payment_intent"]
            for charge in self.charges
            if (charge["description"] or "").startswith("Gratuity for ")
        }
        tipped = set(tips.values())
        aside = {f"charge:{charge}" for charge in tips}
        for refund in self.refunds:
            if refund["payment_intent"] in tipped:
                aside |= {f"refund:{refund['id']}", f"refund_reversal:{refund['id']}"}
        for dispute in self.disputes:
            if dispute["payment_intent"] in tipped:
                aside |= {f"dispute:{moved['id']}" for moved in dispute["balance_transactions"]}
        paid: dict[str, int] = defaultdict(int)
        for (kind, cause), entry in books.items():
            if kind == "ledger" and entry["kind"] != "fee" and cause not in aside:
                paid[entry["booking"]] += entry["amount"]
        return {("booking", key): {"paid": amount} for key, amount in paid.items()}

    def _customers(self) -> Iterator[tuple[str, Json]]:
        """One Stripe customer for each of ours: a second one would be an id too many."""
        owners: dict[str, list[str]] = defaultdict(list)
        for customer in self.customers:
            if "customer_id" in customer["metadata"]:
                owners[customer["metadata"]["customer_id"]].append(customer["id"])
        for key, ids in owners.items():
            yield key, {"stripe": ", ".join(sorted(ids))}

    def _mirror(self) -> Iterator[tuple[str, Json]]:
        mirrored: list[Json] = [*self.intents.values(), *self.charges, *self.refunds]
        mirrored += [*self.disputes, *self.invoices.values(), *self.sessions]
        for one in mirrored:
            yield one["id"], {"status": one["status"]}


def _status(intent: Json) -> str:
    found = STATUS_OF_INTENT.get(intent["status"])
    return found or ("failed" if intent["last_payment_error"] else "pending")


def _facts(stripe_object: Json, *names: str) -> Json:
    return {name: stripe_object[name] for name in names}


def _entry(booking: str | None, kind: str, amount: int) -> Json:
    return {"booking": booking, "kind": kind, "amount": amount}


def _fee(booking: str | None, moved: Json, *, cause: str = "fee") -> Iterator[tuple[str, Json]]:
    if moved["fee"]:
        yield f"{cause}:{moved['id']}", _entry(booking, "fee", -moved["fee"])
