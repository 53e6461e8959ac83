"""The customer portal: its configurations, and sessions that lead to its page."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import errors, ids, shape
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/billing_portal"
KIND = "billing_portal.configuration"
FEATURES: dict[str, Any] = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_update": {
        "default_allowed_updates": [],
        "enabled": False,
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}


def _new(call: Call, params: Params, *, default: bool) -> Body:
    wanted = params.get("features", {})
    body = {
        "id": ids.new("bpc"),
        "object": KIND,
        "active": True,
        "business_profile": {},
        "created": ids.now(),
        "features": {name: base | wanted.get(name, {}) for name, base in FEATURES.items()},
        "is_default": default,
        "livemode": False,
        "login_page": {"enabled": False},
        "metadata": {},
        "updated": ids.now(),
    }
    full = shape.complete(stripe.billing_portal.Configuration, body)
    merge(full, {k: v for k, v in params.items() if k != "features"})
    return shape.complete(stripe.billing_portal.Configuration, full)


@route("POST", URL + "/configurations", sdk.billing_portal.ConfigurationCreateParams)
def create_configuration(call: Call, params: Params) -> Body:
    """Create a configuration."""
    return call.create(_new(call, params, default=False), f"{KIND}.created")


@route("GET", URL + "/configurations", sdk.billing_portal.ConfigurationListParams)
def list_configurations(call: Call, params: Params) -> Body:
    """List them."""
    where = {name: params.get(name) for name in ("active", "is_default")}
    return call.page(KIND, params, URL + "/configurations", **where)


@route("GET", URL + "/configurations/<id_>")
def retrieve_configuration(call: Call, _: Params, id_: str) -> Body:
    """Retrieve one."""
    return call.need(KIND, id_)


@route("POST", URL + "/configurations/<id_>", sdk.billing_portal.ConfigurationUpdateParams)
def update_configuration(call: Call, params: Params, id_: str) -> Body:
    """Change one."""
    body = call.need(KIND, id_)
    with call.changing(body, f"{KIND}.updated"):
        merge(body, params)
        body.update(shape.complete(stripe.billing_portal.Configuration, body))
    return body


def _default(call: Call) -> Body:
    """The account's own configuration, made when it is first wanted."""
    found = call.store.find(KIND, is_default=True)
    return found[0] if found else call.create(_new(call, {}, default=True))


@route("POST", URL + "/sessions", sdk.billing_portal.SessionCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create a session: its ``url`` lets one customer in."""
    if "customer" not in params:
        raise errors.missing("customer")
    customer = call.need("customer", params["customer"], param="customer")
    chosen = params.get("configuration")
    setting = call.need(KIND, chosen, param="configuration") if chosen else _default(call)
    token = ids.new("test", 40)
    body = {
        "id": ids.new("bps"),
        "object": "billing_portal.session",
        "configuration": setting["id"],
        "created": ids.now(),
        "customer": customer["id"],
        "flow": params.get("flow_data"),
        "livemode": False,
        "locale": params.get("locale"),
        "return_url": params.get("return_url") or setting["default_return_url"],
        "url": f"{call.base_url}/p/session/{token}",
        "_token": token,
    }
    session = shape.complete(stripe.billing_portal.Session, body)
    return call.create(session, "billing_portal.session.created")
