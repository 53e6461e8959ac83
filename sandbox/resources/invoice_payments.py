"""Invoice payments: which payment intent collects which invoice."""

from stripe import params as sdk

from sandbox.api import Call, route
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/invoice_payments"


@route("GET", URL, sdk.InvoicePaymentListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by invoice, status or payment intent."""
    where = {name: params.get(name) for name in ("invoice", "status")}
    intent = params.get("payment", {}).get("payment_intent")
    return call.page("invoice_payment", params, URL, payment__payment_intent=intent, **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("invoice_payment", id_)
