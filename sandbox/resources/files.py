"""Files: what a dispute's evidence points to. Their content is not kept."""

from typing import Any

import stripe
from flask import request
from stripe import params as sdk

from sandbox import errors, ids, shape
from sandbox.api import Call, route
from sandbox.params import Params
from sandbox.store import Body

URL = "/v1/files"


@route("POST", URL, sdk.FileCreateParams)
def create(call: Call, params: Params) -> Body:
    """Upload."""
    upload = request.files.get("file")
    if upload is None:
        raise errors.missing("file")
    name = upload.filename or "file"
    body: dict[str, Any] = {
        "id": ids.new("file"),
        "object": "file",
        "created": ids.now(),
        "filename": name,
        "purpose": params["purpose"],
        "size": len(upload.stream.read()),
        "type": name.rpartition(".")[2].lower() or None,
    }
    return call.create(shape.complete(stripe.File, body), "file.created")


@route("GET", URL + "/<id_>")
def retrieve(call: Call, _: Params, id_: str) -> Body:
    """Retrieve."""
    return call.need("file", id_)
