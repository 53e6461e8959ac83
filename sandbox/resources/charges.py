"""Charges: one attempt to take money each, failed ones too."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import expand, ids, lists, shape
from sandbox.api import Call, merge, route
from sandbox.cards import Decline
from sandbox.errors import invalid
from sandbox.money import card_fee
from sandbox.params import Params
from sandbox.resources import payment_methods
from sandbox.resources.balance_transactions import book
from sandbox.store import Body, Store

URL = "/v1/charges"
APPROVED = {
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "risk_score": 12,
    "seller_message": "Payment complete.",
    "type": "authorized",
}


def new(call: Call, intent: Body, method: Body, decline: Decline | None, **state: Any) -> Body:
    """Record an attempt to charge ``method`` for an intent; ``state`` overrides fields."""
    id_ = ids.new("ch")
    body: dict[str, Any] = {
        "id": id_,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "LOCAL STRIPE",
        "captured": False,
        "created": ids.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": APPROVED,
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(intent, method),
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_url": f"{call.base_url}/receipts/{id_}",
        "refunded": False,
        "shipping": intent["shipping"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "succeeded",
        "transfer_group": intent["transfer_group"],
    }
    return shape.complete(stripe.Charge, body | (_refused(decline) if decline else {}) | state)


def _refused(decline: Decline) -> Body:
    outcome = {
        "network_decline_code": "01",
        "network_status": "declined_by_network",
        "reason": decline.reason or decline.code,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }
    if decline.reason == "fraudulent":
        outcome |= {"network_status": "not_sent_to_network", "type": "blocked"}
        outcome |= {"risk_level": "highest", "seller_message": "Stripe blocked this payment."}
    return {
        "failure_code": decline.code,
        "failure_message": decline.message,
        "outcome": outcome,
        "paid": False,
        "receipt_url": None,
        "status": "failed",
    }


def _details(intent: Body, method: Body) -> Body:
    kind = method["type"]
    if kind != "card":
        return {"type": kind, kind: {k: v for k, v in method[kind].items() if v is not None}}
    kept = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    card = {name: method["card"][name] for name in kept}
    extra: Body = {
        "amount_authorized": intent["amount"],
        "authorization_code": ids.random_text(6).upper(),
        "checks": method["card"]["checks"],
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": str(ids.now()) + "00001",
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": _authenticated() if intent.get("_authenticated") else None,
    }
    return {"type": "card", "card": card | extra}


def _authenticated() -> Body:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "result": "authenticated",
        "transaction_id": ids.random_text(36),
        "version": "2.2.0",
    }


def take(call: Call, charge: Body, amount: int | None = None) -> None:
    """Capture a stored charge: ``amount`` cents of it, all by default. Emits nothing."""
    charge["captured"] = True
    charge["amount_captured"] = charge["amount"] if amount is None else amount
    # Stripe gives the part that was not captured back at once.
    charge["amount_refunded"] = charge["amount"] - charge["amount_captured"]
    call.store.save(charge)


def settle(call: Call, charge: Body) -> None:
    """Put a captured charge on the balance. Stripe does it a moment after the payment."""
    method = call.get("payment_method", charge["payment_method"])
    card = payment_methods.behaviour(method) if method else None
    captured = charge["amount_captured"]
    with call.changing(charge, "charge.updated"):
        transaction = book(
            call,
            "charge",
            captured,
            charge,
            fee=card_fee(captured),
            at_once=bool(card and card.bypasses_pending),
        )
        charge["balance_transaction"] = transaction["id"]


@expand.on_demand("charge", "refunds")
def refunds(store: Store, charge: Body) -> Body:
    """A charge's refunds, sent when asked for."""
    found = store.find("refund", charge=charge["id"])
    return lists.as_list(found[:10], f"{URL}/{charge['id']}/refunds", has_more=len(found) > 10)


@route("GET", URL, sdk.ChargeListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by customer, intent or transfer group."""
    names = ("customer", "payment_intent", "transfer_group")
    return call.page("charge", params, URL, **{name: params.get(name) for name in names})


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("charge", id_)


@route("POST", URL + "/<id_>", sdk.ChargeUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change what is not money."""
    charge = call.need("charge", id_)
    if "customer" in params and charge["customer"] not in (None, params["customer"]):
        raise invalid("Cannot change customer on a charge that already has one.", "customer")
    with call.changing(charge, "charge.updated"):
        merge(charge, params)
    return charge
