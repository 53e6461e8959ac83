"""What the OpenAPI schema says about the webhook, which is no view of DRF's."""

from typing import Any

Json = dict[str, Any]

PATH = "/api/stripe/webhook"


def add_webhook(result: Json, **_: Any) -> Json:
    """Describe where Stripe's events arrive. A hook of drf-spectacular."""
    result["paths"][PATH] = {"post": _operation()}
    result["paths"] = dict(sorted(result["paths"].items()))
    return result


def _operation() -> Json:
    return {
        "operationId": "receive_webhook",
        "summary": "Receive one event of Stripe's",
        "description": (
            "For Stripe alone. The event is kept and answered at once; a worker processes it. "
            "An event that was received before is answered like the first time. Anything else "
            "than 200 makes Stripe send it again."
        ),
        "tags": ["stripe"],
        "security": [{}],
        "parameters": [
            {
                "name": "Stripe-Signature",
                "in": "header",
                "required": True,
                "schema": {"type": "string"},
                "description": "https://docs.stripe.com/webhooks#verify-manually",
            }
        ],
        "requestBody": {
            "required": True,
            "description": "https://docs.stripe.com/api/events/object",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        "responses": {
            "200": {
                "description": "Kept.",
                "content": {"application/json": {"schema": _answer()}},
            },
            "400": _error("The signature is missing or wrong, or the body is no event."),
            "413": _error("The body is larger than 6 MiB."),
            "503": {"description": "The database can't be reached."},
        },
    }


def _answer() -> Json:
    properties = {
        "received": {"type": "boolean"},
        "event_id": {"type": "string"},
        "event_type": {"type": "string"},
    }
    return {"type": "object", "required": [*properties], "properties": properties}


def _error(description: str) -> Json:
    schema = {"$ref": "#/components/schemas/ConflictResponse"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
