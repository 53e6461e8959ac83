"""``/_sandbox/…``: what tests and the dashboard steer; no part of Stripe's API."""

import math
import random
from collections.abc import Callable
from typing import Any

from flask import current_app, request

from sandbox import delivery, jobs
from sandbox.api import Call, page
from sandbox.errors import StripeError, invalid
from sandbox.faults import Faults
from sandbox.store import Body

ORDERS = ("sent", "reversed", "shuffled")
Action = Callable[[Call, Body], Body]
ACTIONS: dict[str, Action] = {}


def action(name: str) -> Callable[[Action], Action]:
    """Register ``POST /_sandbox/actions/<name>``: ``handler(call, json body) -> JSON``."""

    def register(handler: Action) -> Action:
        ACTIONS[name] = handler
        return handler

    return register


@page("POST", path="/_sandbox/actions/<name>")
def act(call: Call, name: str) -> Body:
    """Something that happens outside the API, e.g. the bank opens a dispute."""
    if name not in ACTIONS:
        raise StripeError(f"No such action: {name}", status=404)
    return ACTIONS[name](call, _body())


def _faults() -> Faults:
    faults: Faults = current_app.extensions["sandbox"]["faults"]
    return faults


def _body() -> Body:
    given = request.get_json(silent=True)
    return given if isinstance(given, dict) else {**request.form}


@page("POST", path="/_sandbox/faults")
def set_faults(_: Call) -> Body:
    """Switch faults on: ``{"webhooks": {…}, "api": [{…}], "seed": 1}``."""
    try:
        _faults().set(_body())
    except (TypeError, KeyError) as wrong:
        raise invalid(f"Unknown fault: {wrong}") from wrong
    return {"ok": True}


@page("DELETE", path="/_sandbox/faults")
def clear_faults(_: Call) -> Body:
    """Switch all faults off."""
    _faults().clear()
    return {"ok": True}


@page("POST", path="/_sandbox/deliver")
def deliver(call: Call) -> Body:
    """Release held deliveries: ``{"order": "sent|reversed|shuffled", "copies": 1}``."""
    wanted: Body = {"order": "sent", "copies": 1, **_body()}
    if wanted["order"] not in ORDERS:
        raise invalid(f"Invalid order: must be one of {', '.join(ORDERS)}", "order")
    _faults().webhooks.apply(call.store)
    query = "SELECT event, endpoint FROM deliveries WHERE state = 'held' ORDER BY id"
    rows = [tuple(row) for row in call.store.sql.execute(query)] * int(wanted["copies"])
    if wanted["order"] == "reversed":
        rows.reverse()
    if wanted["order"] == "shuffled":
        random.Random(wanted.get("seed")).shuffle(rows)
    call.store.sql.execute("DELETE FROM deliveries WHERE state = 'held'")
    call.store.sql.executemany(
        "INSERT INTO deliveries (event, endpoint, due, state) VALUES (?, ?, 0, 'pending')", rows
    )
    call.store.after(delivery.WAKE.set)
    return {"released": len(rows)}


@page("POST", path="/_sandbox/resend")
def resend(call: Call) -> Body:
    """Send an event again: ``{"event": "evt_…", "endpoint": optional}``."""
    wanted = _body()
    event = call.need("event", wanted.get("event", ""))
    targets = [e for e in delivery.endpoints(call.store) if delivery.wants(e, event["type"])]
    chosen = [e for e in targets if wanted.get("endpoint", e["id"]) == e["id"]]
    for endpoint in chosen:
        delivery.enqueue(call.store, event["id"], endpoint["id"])
    return {"queued": len(chosen)}


@page("GET", path="/_sandbox/deliveries")
def deliveries(call: Call) -> Body:
    """Every delivery with its attempts, oldest first; ``?event=`` narrows."""
    event = request.args.get("event")
    query = "SELECT d.*, json_extract(o.body, '$.type') AS type FROM deliveries d JOIN objects o "
    query += "ON o.id = d.event WHERE ? IS NULL OR d.event = ? ORDER BY d.id"
    rows = call.store.sql.execute(query, (event, event)).fetchall()
    return {"data": [dict(row) | {"log": attempts(call, row["id"])} for row in rows]}


def attempts(call: Call, delivery_id: int) -> list[Body]:
    """What the endpoint answered, attempt by attempt."""
    query = "SELECT at, status, body, seconds FROM attempts WHERE delivery = ? ORDER BY id"
    return [dict(row) for row in call.store.sql.execute(query, (delivery_id,))]


@page("GET", path="/_sandbox/state")
def state(call: Call) -> Body:
    """How many objects of each kind, deliveries by state, jobs waiting, API faults met by kind."""
    return {
        "objects": _counts(call, "SELECT kind, count(*) FROM objects GROUP BY kind"),
        "deliveries": _counts(call, "SELECT state, count(*) FROM deliveries GROUP BY state"),
        "jobs": call.store.sql.execute("SELECT count(*) FROM jobs").fetchone()[0],
        "faults": dict(_faults().met),
    }


def _counts(call: Call, query: str) -> dict[str, Any]:
    return {row[0]: row[1] for row in call.store.sql.execute(query)}


@page("POST", path="/_sandbox/jobs")
def run_jobs(call: Call) -> Body:
    """Run everything scheduled for later now, whatever its time."""
    return {"done": jobs.run_due(call.store, lambda: call, until=math.inf)}


@page("POST", path="/_sandbox/reset")
def reset(call: Call) -> Body:
    """Forget every object, event and answer; webhook endpoints and faults too."""
    call.store.clear()
    _faults().clear()
    return {"ok": True}
