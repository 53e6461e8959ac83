"""Card tokens, as Stripe.js makes them."""

from typing import Any

import stripe
from stripe import params as sdk

from sandbox import card_entry, cards, errors, ids, shape
from sandbox.api import Call, route
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/tokens"


@route("POST", URL, sdk.TokenCreateParams, publishable=True)
def create(call: Call, params: Params) -> Body:
    """Tokenize a typed card; other things are not tokenized here."""
    given = params.get("card")
    if not isinstance(given, dict):
        raise errors.missing("card")
    card_entry.check(given)
    card = cards.by_number(given["number"])
    kept = {"brand": card.brand, "country": card.country, "funding": card.funding}
    hash_: dict[str, Any] = card_entry.card_hash(card, given)
    kept |= {name: hash_[name] for name in ("exp_month", "exp_year", "fingerprint", "last4")}
    source = shape.complete(stripe.Card, {"id": ids.new("card"), "object": "card", **kept})
    body: dict[str, Any] = {
        "id": ids.new("tok"),
        "object": "token",
        "card": source,
        "created": ids.now(),
        "livemode": False,
        "type": "card",
        "used": False,
        "_number": card.number,
    }
    return call.create(shape.complete(stripe.Token, body))


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("token", id_)
