"""Reading events back."""

from fnmatch import fnmatchcase

from stripe import params as sdk

from sandbox.api import Call, route
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/events"


@route("GET", URL, sdk.EventListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by type, types or whether every delivery got through."""
    wanted = params.get("types") or params.get("type")
    if isinstance(wanted, str) and "*" in wanted:
        wanted = [kind for kind in _known_types(call) if fnmatchcase(kind, wanted)]
    where = {"type": wanted}
    if "delivery_success" in params:
        undelivered = _undelivered(call)
        ids = undelivered if not params["delivery_success"] else _others(call, undelivered)
        where["id"] = ids or [""]
    body = call.page("event", params, URL, **where)
    body["data"] = [_current(call, event) for event in body["data"]]
    return body


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return _current(call, call.need("event", id_))


def _current(call: Call, event: Body) -> Body:
    """``pending_webhooks`` counts what has not been accepted yet."""
    query = "SELECT count(*) FROM deliveries WHERE event = ? AND state != 'delivered'"
    pending = call.store.sql.execute(query, (event["id"],)).fetchone()[0]
    return event | {"pending_webhooks": pending}


def _known_types(call: Call) -> list[str]:
    query = "SELECT DISTINCT json_extract(body, '$.type') FROM objects WHERE kind = 'event'"
    return [row[0] for row in call.store.sql.execute(query)]


def _undelivered(call: Call) -> list[str]:
    query = "SELECT DISTINCT event FROM deliveries WHERE state != 'delivered'"
    return [row[0] for row in call.store.sql.execute(query)]


def _others(call: Call, ids: list[str]) -> list[str]:
    rows = call.store.sql.execute("SELECT id FROM objects WHERE kind = 'event'")
    return [row[0] for row in rows if row[0] not in set(ids)]
