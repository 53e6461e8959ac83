"""The balance and every movement on it."""

from itertools import groupby
from typing import Any

import stripe
from stripe import params as sdk

from sandbox import ids, shape
from sandbox.api import Call, route
from sandbox.params import Params
from sandbox.store import Body, path

URL = "/v1/balance_transactions"
TWO_DAYS = 2 * 24 * 3600
PROCESSING = "Stripe processing fees"


def book(
    call: Call,
    kind: str,
    amount: int,
    source: Body,
    *,
    fee: int = 0,
    fee_text: str = PROCESSING,
    category: str | None = None,
    at_once: bool = False,
    description: str | None = None,
) -> Body:
    """Record a movement of ``amount`` cents (negative: out), less ``fee`` cents.

    It becomes available in two days, or ``at_once``.
    """
    now = ids.now()
    details = {"amount": fee, "application": None, "currency": source["currency"]}
    details |= {"description": fee_text, "type": "stripe_fee"}
    body: dict[str, Any] = {
        "id": ids.new("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now if at_once else now + TWO_DAYS,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": description or source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": category or kind,
        "source": source["id"],
        "status": "available" if at_once else "pending",
        "type": kind,
    }
    return call.create(shape.complete(stripe.BalanceTransaction, body))


@route("GET", URL, sdk.BalanceTransactionListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by source, type, currency or payout."""
    names = ("source", "type", "currency")
    where = {name: params.get(name) for name in names}
    if "payout" in params:
        where["_payout"] = call.need("payout", params["payout"], param="payout")["id"]
    page = call.page("balance_transaction", params, URL, **where)
    page["data"] = [_current(body) for body in page["data"]]
    return page


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return _current(call.need("balance_transaction", id_))


def _current(body: Body) -> Body:
    """Pending money becomes available when its day comes."""
    matured = body["available_on"] <= ids.now()
    return body | {"status": "available" if matured else "pending"}


@route("GET", "/v1/balance")
def balance(call: Call, _: Params) -> Body:
    """What is available and what is pending, per currency."""
    funds = {
        "object": "balance",
        "available": _sums(call, "<="),
        "livemode": False,
        "pending": _sums(call, ">"),
        "refund_and_dispute_prefunding": {"available": _zero(), "pending": _zero()},
    }
    return shape.complete(stripe.Balance, funds)


def available(call: Call, currency: str) -> int:
    """Cents that can be paid out now."""
    return sum(row["amount"] for row in _sums(call, "<=") if row["currency"] == currency)


def _zero() -> list[Body]:
    return [{"amount": 0, "currency": "usd", "source_types": None}]


def take_along(call: Call, currency: str, payout_id: str) -> None:
    """Note what an automatic payout pays out: all that is available and was not paid out yet."""
    for body in call.store.find("balance_transaction", currency=currency):
        if body["available_on"] <= ids.now() and "_payout" not in body:
            call.store.save(body | {"_payout": payout_id})


def _sums(call: Call, sign: str) -> list[Body]:
    query = f"SELECT {path('currency')} AS currency, {path('net')} AS net FROM objects WHERE kind "
    query += f"= 'balance_transaction' AND {path('available_on')} {sign} ? ORDER BY currency"
    rows = call.store.sql.execute(query, (ids.now(),)).fetchall()
    groups = groupby(rows, key=lambda row: str(row["currency"]))
    sums = {currency: sum(row["net"] for row in group) for currency, group in groups}
    return [
        {"amount": net, "currency": currency, "source_types": {"card": net}}
        for currency, net in (sums or {"usd": 0}).items()
    ]
