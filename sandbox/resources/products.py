"""Products: what is sold, without its price."""

import stripe
from stripe import params as sdk

from sandbox import ids, shape
from sandbox.api import Call, merge, route
from sandbox.errors import invalid
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/products"
HAS_PRICES = (
    "This product cannot be deleted because it has one or more user-created prices. Archive the "
    "product instead by setting its `active` attribute to `false`."
)


def new(call: Call, params: Params, *, event: bool = True) -> Body:
    """Create a product; inline ones (``price_data.product_data``) come without an event."""
    id_ = params.get("id") or ids.new("prod", 14)
    if call.store.load(id_):
        raise invalid("Product already exists.", "id", "resource_already_exists")
    body: Body = {
        "id": id_,
        "object": "product",
        "active": True,
        "created": ids.now(),
        "description": None,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": {},
        "name": params["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": ids.now(),
        "url": None,
    }
    merge(body, params)
    return call.create(shape.complete(stripe.Product, body), "product.created" if event else None)


@route("POST", URL, sdk.ProductCreateParams)
def create(call: Call, params: Params) -> Body:
    """Create; ``default_price_data`` makes its price too."""
    from sandbox.resources import prices

    product = new(call, params)
    if "default_price_data" in params:
        price = prices.new(call, params["default_price_data"] | {"product": product["id"]})
        with call.changing(product, "product.updated"):
            product["default_price"] = price["id"]
    return product


@route("GET", URL, sdk.ProductListParams)
def list_all(call: Call, params: Params) -> Body:
    """List, by whether they are on sale, ids, URL."""
    active, ids_ = params.get("active"), params.get("ids")
    where = {"id": ids_, "url": params.get("url"), "type": params.get("type")}
    return call.page("product", params, URL, active=active, **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("product", id_)


@route("POST", URL + "/<id_>", sdk.ProductUpdateParams)
def update(call: Call, params: Params, id_: str) -> Body:
    """Change fields; ``default_price`` must be one of its own prices."""
    body = call.need("product", id_)
    wanted = params.get("default_price")
    if wanted and call.need("price", wanted, param="default_price")["product"] != id_:
        raise invalid(f"Price {wanted} does not belong to product {id_}.", "default_price")
    with call.changing(body, "product.updated"):
        merge(body, params)
        body.update(images=body["images"] or [], updated=ids.now())
        body.update(shape.complete(stripe.Product, body))
    return body


@route("DELETE", URL + "/<id_>")
def delete(call: Call, _: Params, id_: str) -> Body:
    """Delete, unless it ever had a price."""
    body = call.need("product", id_)
    if call.store.find("price", product=id_):
        raise invalid(HAS_PRICES)
    return call.delete(body, "product.deleted")
