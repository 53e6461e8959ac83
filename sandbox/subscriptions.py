"""How a subscription begins, is paid, pauses and ends. No cycles: nothing renews by itself."""

import calendar
import datetime as dt
from typing import Any

import stripe

from sandbox import billing, confirmation, errors, ids, invoice_lines, shape
from sandbox.api import Call
from sandbox.params import Params
from sandbox.resources import invoices
from sandbox.store import Body

WARNING = 3 * billing.DAY  # a trial that ends sooner is announced at once


def after(start: int, recurring: Body) -> int:
    """When a period that began at ``start`` ends."""
    count: int = recurring["interval_count"]
    if recurring["interval"] in ("day", "week"):
        days = {"day": 1, "week": 7}[recurring["interval"]]
        return start + count * days * billing.DAY
    months = count * {"month": 1, "year": 12}[recurring["interval"]]
    begin = dt.datetime.fromtimestamp(start, dt.UTC)
    year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    day = min(begin.day, calendar.monthrange(year, month + 1)[1])
    return int(begin.replace(year=year, month=month + 1, day=day).timestamp())


def item(call: Call, subscription: str, given: Params, start: int, end: int | None) -> Body:
    """A subscription item for one recurring price; a trial lasts until ``end``."""
    price = call.need("price", given.get("price", ""), param="items[0][price]")
    if price["type"] != "recurring":
        message = "The price specified is set to `type=one_time` but this field only accepts "
        raise errors.invalid(message + "prices with `type=recurring`.", "items[0][price]")
    body = {
        "id": ids.new("si", 14),
        "object": "subscription_item",
        "created": start,
        "current_period_end": end or after(start, price["recurring"]),
        "current_period_start": start,
        "discounts": [],
        "metadata": given.get("metadata") or {},
        "plan": plan(price),
        "price": price,
        "quantity": given.get("quantity", 1),
        "subscription": subscription,
        "tax_rates": [],
    }
    return shape.complete(stripe.SubscriptionItem, body)


def plan(price: Body) -> Body:
    """The price as the plan it is to older code."""
    same = ("id", "active", "billing_scheme", "created", "currency", "livemode", "metadata")
    body = {name: price[name] for name in (*same, "nickname", "product")}
    amount, exact = price["unit_amount"], price["unit_amount_decimal"]
    body |= {"object": "plan", "amount": amount, "amount_decimal": exact}
    return shape.complete(stripe.Plan, body | price["recurring"])


def bill(call: Call, subscription: Body) -> Body:
    """The invoice of the first period, finalized; nothing is due during a trial."""
    given = {"customer": subscription["customer"], "currency": subscription["currency"]}
    invoice = invoices.new(call, given, reason="subscription_create")
    details = {"subscription": subscription["id"], "metadata": subscription["metadata"]}
    invoice["parent"] = {
        "type": "subscription_details",
        "subscription_details": details,
        "quote_details": None,
    }
    trial = subscription["status"] == "trialing"
    invoice["_own_lines"] = [_line(one, trial=trial) for one in subscription["items"]["data"]]
    invoice_lines.add_up(call, invoice)
    call.create(invoice, "invoice.created")
    return billing.finalize(call, invoice)


def _line(one: Body, *, trial: bool) -> Body:
    free = {"unit_amount_decimal": "0"} if trial else {}
    line = invoice_lines.order_line(one["price"] | free, one["quantity"], None, [])
    details = {"subscription": one["subscription"], "subscription_item": one["id"]}
    parent: dict[str, Any] = {"type": "subscription_item_details"}
    parent["subscription_item_details"] = details | {"proration": False}
    line["_parent"] = parent
    line["_period"] = [one["current_period_start"], one["current_period_end"]]
    return line


@confirmation.observer
def intent_changed(call: Call, intent: Body) -> None:
    """The first payment decides whether a subscription becomes active."""
    for subscription in call.store.find("subscription", _intent=intent["id"], status="incomplete"):
        if intent["status"] == "succeeded":
            with call.changing(subscription, "customer.subscription.updated"):
                subscription["status"] = "active"


def end_trial(call: Call, subscription: Body) -> None:
    """The trial is over: without a payment method it pauses, if that was agreed."""
    settings = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    paused = settings == "pause" and not subscription["default_payment_method"]
    subscription["trial_end"] = ids.now()
    subscription["status"] = "paused" if paused else "active"
    if paused:
        call.emit("customer.subscription.paused", subscription)
