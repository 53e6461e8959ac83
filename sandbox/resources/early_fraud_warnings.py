"""Early fraud warnings: the issuer suspects fraud before there is a dispute."""

from stripe import params as sdk

from sandbox import ids
from sandbox.api import Call, route
from sandbox.pages.control import action
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/radar/early_fraud_warnings"


def new(call: Call, charge: Body, fraud_type: str = "misc") -> Body:
    """The issuer suspects fraud before any dispute."""
    body = {
        "id": ids.new("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": not charge["refunded"],
        "charge": charge["id"],
        "created": ids.now(),
        "fraud_type": fraud_type,
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    return call.create(body, "radar.early_fraud_warning.created")


def answered(call: Call, charge: Body) -> None:
    """A full refund, or a dispute, leaves nothing to act on."""
    for warning in call.store.find("radar.early_fraud_warning", charge=charge["id"]):
        with call.changing(warning, "radar.early_fraud_warning.updated"):
            warning["actionable"] = False


@action("fraud_warning")
def by_hand(call: Call, given: Body) -> Body:
    """``{"charge": "ch_…"}``."""
    return new(call, call.need("charge", given.get("charge", ""), param="charge"))


@route("GET", URL, sdk.radar.EarlyFraudWarningListParams)
def list_all(call: Call, params: Params) -> Body:
    """List by charge or intent."""
    where = {name: params.get(name) for name in ("charge", "payment_intent")}
    return call.page("radar.early_fraud_warning", params, URL, **where)


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("radar.early_fraud_warning", id_)
