"""The dashboard at ``/``: what happened, to whom it was told, and what the world may do next."""

import json
from typing import Any

from flask import Response, current_app, request

from sandbox.api import Call, page
from sandbox.errors import StripeError
from sandbox.events import public
from sandbox.faults import Faults
from sandbox.money import text
from sandbox.pages.control import ACTIONS, attempts, deliver
from sandbox.pages.control import resend as resend_event
from sandbox.pages.html import go, show
from sandbox.store import Body

PER_PAGE = 50
NO_CROSS_SITE = "This form was sent from another site."
# What the visitor may do to an object of a kind while it has one of these statuses:
# (button, action, the fields it sends besides the id).
DEEDS: dict[str, list[tuple[str, str, tuple[str, ...], dict[str, str]]]] = {
    "charge": [
        ("Open a dispute", "open_dispute", ("succeeded",), {}),
        ("Open an inquiry", "open_dispute", ("succeeded",), {"inquiry": "true"}),
        ("Warn of fraud", "fraud_warning", ("succeeded",), {}),
    ],
    "dispute": [
        ("Win", "close_dispute", ("needs_response", "under_review"), {"outcome": "won"}),
        ("Lose", "close_dispute", ("needs_response", "under_review"), {"outcome": "lost"}),
    ],
    "refund": [("Fail this refund", "fail_refund", ("pending", "succeeded"), {})],
    "invoice": [("Pay this invoice", "pay_invoice", ("open", "uncollectible"), {})],
    "payout": [("Fail this payout", "fail_payout", ("pending", "paid"), {})],
}


@page("GET", path="/")
def home(call: Call) -> Response:
    """How many objects of each kind there are, and the latest events."""
    query = "SELECT kind, count(*) AS n FROM objects WHERE kind != 'event' AND NOT deleted "
    kinds = call.store.sql.execute(query + "GROUP BY kind ORDER BY kind").fetchall()
    return _page(call, "dashboard_home.html", kinds=kinds, events=_events(call, None)[:12])


@page("GET", path="/dashboard/events")
def events(call: Call) -> Response:
    """Every event, newest first, with how its deliveries stand."""
    found = _events(call, _before())
    return _page(call, "dashboard_events.html", events=found, older=_older(found))


@page("GET", path="/dashboard/objects/<kind>")
def objects(call: Call, kind: str) -> Response:
    """Every object of a kind, newest first."""
    query = "SELECT seq, body FROM objects WHERE kind = ? AND seq < ? ORDER BY seq DESC LIMIT ?"
    rows = call.store.sql.execute(query, (kind, _before(), PER_PAGE)).fetchall()
    found = [_summary(json.loads(row["body"])) | {"seq": row["seq"]} for row in rows]
    return _page(call, "dashboard_objects.html", kind=kind, rows=found, older=_older(found))


@page("GET", path="/dashboard/object/<id_>")
def one(call: Call, id_: str) -> Response:
    """One object as JSON, what may be done to it, and its events or deliveries."""
    body = call.store.load(id_)
    if body is None:
        raise StripeError(f"No such object: '{id_}'", status=404, code="resource_missing")
    related = "SELECT body, seq FROM objects WHERE kind = 'event' AND "
    related += "json_extract(body, '$.data.object.id') = ? ORDER BY seq"
    rows = call.store.sql.execute(related, (id_,)).fetchall()
    return _page(
        call,
        "dashboard_object.html",
        body=body,
        row=_summary(body),
        text=json.dumps(public(body), indent=2, ensure_ascii=False),
        deeds=[d for d in DEEDS.get(body["object"], []) if body.get("status") in d[2]],
        events=[_event(call, json.loads(r["body"]), r["seq"]) for r in rows],
        deliveries=_deliveries(call, id_) if body["object"] == "event" else [],
        error=request.args.get("error"),
    )


@page("GET", path="/dashboard/webhooks")
def webhooks(call: Call) -> Response:
    """The endpoints, and what is in force against good behavior."""
    endpoints = call.store.find("webhook_endpoint")
    faults = _faults()
    return _page(call, "dashboard_webhooks.html", endpoints=endpoints, faults=faults)


@page("POST", path="/dashboard/faults")
def set_faults(call: Call) -> Response:
    """Switch faults on or off."""
    _check_site()
    form, faults = request.form, _faults()
    if form.get("do") == "clear":
        faults.clear()
    elif form.get("do") == "release":
        deliver(call)
    elif form.get("do") == "api":
        times, seconds = int(form.get("times") or 1), float(form.get("seconds") or 1)
        fault = {"kind": form["kind"], "path": form.get("path") or "*"}
        faults.set({"api": [fault | {"times": times, "seconds": seconds}]})
    else:
        switches = {name: name in form for name in ("hold", "shuffle", "reverse")}
        drop, delay = float(form.get("drop") or 0), float(form.get("delay") or 0)
        copies = int(form.get("duplicate") or 0)
        amounts = {"drop": drop, "delay": delay, "duplicate": copies}
        faults.set({"webhooks": switches | amounts})
    return go("/dashboard/webhooks")


@page("POST", path="/dashboard/resend")
def resend(call: Call) -> Response:
    """Send an event to its endpoints once more."""
    _check_site()
    resend_event(call)
    return go(f"/dashboard/object/{request.form['event']}")


@page("POST", path="/dashboard/do/<name>/<id_>")
def do(call: Call, name: str, id_: str) -> Response:
    """Let the world act on an object: dispute a charge, fail a refund, pay an invoice."""
    _check_site()
    body = call.store.load(id_) or {"object": "object"}
    try:
        made = ACTIONS[name](call, {**request.form, body["object"]: id_})
    except StripeError as refused:
        return go(f"/dashboard/object/{id_}?error={refused}")
    return go(f"/dashboard/object/{made.get('id', id_)}")


def _check_site() -> None:
    """A page of another site must not press these buttons."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise StripeError(NO_CROSS_SITE, status=403)


def _page(call: Call, template: str, **values: Any) -> Response:
    count = "SELECT state, count(*) AS n FROM deliveries GROUP BY state ORDER BY state"
    states = call.store.sql.execute(count).fetchall()
    return show(template, states=states, here=request.path, **values)


def _faults() -> Faults:
    faults: Faults = current_app.extensions["sandbox"]["faults"]
    return faults


def _before() -> int:
    given = request.args.get("before", "")
    return int(given) if given.isdigit() else 2**62


def _older(rows: list[Body]) -> int | None:
    return rows[-1]["seq"] if len(rows) == PER_PAGE else None


def _events(call: Call, before: int | None) -> list[Body]:
    query = "SELECT seq, body FROM objects WHERE kind = 'event' AND seq < ? "
    query += "ORDER BY seq DESC LIMIT ?"
    rows = call.store.sql.execute(query, (before or 2**62, PER_PAGE)).fetchall()
    return [_event(call, json.loads(row["body"]), row["seq"]) for row in rows]


def _event(call: Call, event: Body, seq: int) -> Body:
    query = "SELECT state, count(*) AS n FROM deliveries WHERE event = ? GROUP BY state"
    states = call.store.sql.execute(query, (event["id"],)).fetchall()
    about = event["data"]["object"]
    row = {"id": event["id"], "type": event["type"], "created": event["created"], "seq": seq}
    return row | {"about": about["id"], "states": states}


def _deliveries(call: Call, event: str) -> list[Body]:
    query = "SELECT * FROM deliveries WHERE event = ? ORDER BY id"
    rows = [dict(row) for row in call.store.sql.execute(query, (event,)).fetchall()]
    for row in rows:
        endpoint = call.store.load(row["endpoint"]) or {}
        row |= {"url": endpoint.get("url", "deleted"), "log": attempts(call, row["id"])}
    return rows


def _summary(body: Body) -> Body:
    """What a list shows of an object: its amount, its state, its name."""
    cents = body.get("amount", body.get("amount_total", body.get("amount_due")))
    cents = body.get("unit_amount") if cents is None else cents
    known = isinstance(cents, int) and body.get("currency")
    names = ("email", "name", "number", "code", "url", "reason", "description", "type")
    about = next((str(body[n]) for n in names if isinstance(body.get(n), str) and body[n]), "")
    return {
        "id": body["id"],
        "kind": body["object"],
        "amount": text(int(cents or 0), body["currency"]) if known else "",
        "status": "deleted" if body.get("deleted") else body.get("status") or "",
        "about": about,
        "created": body.get("created") or body.get("date"),
    }
