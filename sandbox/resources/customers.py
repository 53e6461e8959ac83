"""Customers: the example to follow for a new resource."""

import stripe
from stripe import params as sdk

from sandbox import errors, ids, shape
from sandbox.api import Call, merge, route
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/customers"


def new(call: Call, params: Params) -> Body:
    """Create a customer from the create call's parameters (Checkout makes them too)."""
    id_ = ids.new("cus", 14)
    body = shape.complete(
        stripe.Customer,
        {
            "id": id_,
            "object": "customer",
            "balance": 0,
            "created": ids.now(),
            "delinquent": False,
            "invoice_prefix": ids.random_text(8).upper(),
            "invoice_settings": {},
            "livemode": False,
            "metadata": {},
            "next_invoice_sequence": 1,
            "preferred_locales": [],
            "tax_exempt": "none",
        },
    )
    merge(body, params)
    return call.create(shape.complete(stripe.Customer, body), "customer.created")


@route("POST", URL, sdk.CustomerCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create; ``payment_method`` is attached at once."""
    customer = new(call, params)
    if "payment_method" in params:
        from sandbox.resources import payment_methods

        method = payment_methods.attach_to(call, params["payment_method"], customer["id"])
        settings = customer["invoice_settings"]
        if settings["default_payment_method"] == params["payment_method"]:
            # A test token such as pm_card_visa stands for the method it has just become.
            settings["default_payment_method"] = method["id"]
            call.store.save(customer)
    return customer


@route("GET", URL, sdk.CustomerListParams)
def list_all(call: Call, params: Params) -> Body:
    """List, by e-mail address."""
    return call.page("customer", params, URL, email=params.get("email"))


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve; a deleted customer answers its stub."""
    found = call.store.load(id_)
    if found is None or found["object"] != "customer":
        raise errors.no_such("customer", id_)
    return found


@route("POST", URL + "/<id_>", sdk.CustomerUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change fields; ``customer.updated`` tells the old values."""
    body = call.need("customer", id_)
    default = params.get("invoice_settings", {}).get("default_payment_method")
    if default:
        call.need("payment_method", default, param="invoice_settings[default_payment_method]")
    with call.changing(body, "customer.updated"):
        merge(body, params)
        body.update(shape.complete(stripe.Customer, body))
    return body


@route("DELETE", URL + "/<id_>")
def delete(call: Call, _: Params, id_: str) -> Body:
    """Delete for good; its payments stay."""
    return call.delete(call.need("customer", id_), "customer.deleted")
