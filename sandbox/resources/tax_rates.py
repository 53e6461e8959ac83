"""Tax rates that a merchant sets by hand."""

import stripe
from stripe import params as sdk

from sandbox import ids, shape
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/tax_rates"
TEXTS = ("country", "description", "jurisdiction", "state", "tax_type")


@route("POST", URL, sdk.TaxRateCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create."""
    body: Body = {
        "id": ids.new("txr"),
        "object": "tax_rate",
        "active": True,
        "created": ids.now(),
        "display_name": params["display_name"],
        "inclusive": params["inclusive"],
        "livemode": False,
        "metadata": {},
        "rate_type": "percentage",
        **dict.fromkeys(TEXTS),
    }
    merge(body, params)
    body["percentage"] = body["effective_percentage"] = float(params["percentage"])
    return call.create(shape.complete(stripe.TaxRate, body), "tax_rate.created")


@route("GET", URL, sdk.TaxRateListParams)
def list_all(call: Call, params: Params) -> Body:
    """List, by activity and inclusion."""
    where = {name: params.get(name) for name in ("active", "inclusive")}
    return call.page("tax_rate", params, URL, **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("tax_rate", id_)


@route("POST", URL + "/<id_>", sdk.TaxRateUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change all but the percentage."""
    body = call.need("tax_rate", id_)
    with call.changing(body, "tax_rate.updated"):
        merge(body, params)
    return body
