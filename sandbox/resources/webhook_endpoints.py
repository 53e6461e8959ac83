"""Webhook endpoints: who gets which events, signed with which secrets."""

from urllib.parse import urlsplit

import stripe
from stripe import params as sdk

from sandbox import ids, shape
from sandbox.api import API_VERSION, Call, merge, route
from sandbox.errors import invalid
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/webhook_endpoints"


@route("POST", URL, sdk.WebhookEndpointCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create; the only answer that shows the secret."""
    secret = ids.new("whsec", 32)
    return _new(call, params, secret) | {"secret": secret}


def _new(call: Call, params: Params, secret: str) -> Body:
    _check_url(params["url"])
    body = {
        "id": ids.new("we"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "created": ids.now(),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": params["url"],
        "description": params.get("description"),
        "_secrets": [secret],
    }
    merge(body, {"metadata": params.get("metadata")})
    full = shape.complete(stripe.WebhookEndpoint, body)
    del full["secret"]
    return call.create(full)


def _check_url(url: str) -> None:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url")


def ensure_default(call: Call, url: str, secret: str | None) -> Body:
    """The endpoint for every event at ``url``: made once, its secret brought up to date."""
    for body in call.store.find("webhook_endpoint", url=url):
        with call.changing(body):
            body["_secrets"] = [secret] if secret else body["_secrets"]
            body["status"], body["api_version"] = "enabled", API_VERSION
        return body
    params = {
        "url": url,
        "enabled_events": ["*"],
        "api_version": API_VERSION,
        "description": "set at start",
    }
    return _new(call, params, secret or ids.new("whsec", 32))


@route("GET", URL, sdk.WebhookEndpointListParams)
def list_all(call: Call, params: Params) -> Body:
    """List."""
    return call.page("webhook_endpoint", params, URL)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("webhook_endpoint", id_)


@route("POST", URL + "/<id_>", sdk.WebhookEndpointUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change; ``disabled`` becomes the status."""
    body = call.need("webhook_endpoint", id_)
    with call.changing(body):
        merge(body, params)
        if "disabled" in params:
            body["status"] = "disabled" if params["disabled"] else "enabled"
    return body


@route("DELETE", URL + "/<id_>")
def delete(call: Call, _: Params, id_: str) -> Body:
    """Delete; what is still queued for it fails."""
    return call.delete(call.need("webhook_endpoint", id_))
