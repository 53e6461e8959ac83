"""Stripe's error shape: one exception class, and a short constructor per kind of refusal."""

from typing import Any

from sandbox.ids import now

DOCS = "https://stripe.com/docs/error-codes/"


class StripeError(Exception):
    """Ends a request with Stripe's ``{"error": …}`` body.

    ``keeps_effects`` says that what the request wrote stays (a declined card leaves a failed
    charge behind); any other error rolls the request back.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keeps_effects: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps_effects = keeps_effects
        fields = {"code": code, "param": param, "type": kind, **more}
        self.fields: dict[str, Any] = {k: v for k, v in fields.items() if v is not None}

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """The JSON answer, ``{"error": {"type", "code", "message", "param", "doc_url", …}}``."""
        error = {**self.fields, "message": str(self)}
        if "code" in error:
            error["doc_url"] = DOCS + error["code"].replace("_", "-")
        if request_id:
            url = f"https://dashboard.stripe.com/test/logs/{request_id}?t={now()}"
            error["request_log_url"] = url
        return {"error": error}


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """400: the request asks for something that cannot be."""
    return StripeError(message, param=param, code=code)


def missing(param: str) -> StripeError:
    """400 ``parameter_missing``."""
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def unknown(param: str) -> StripeError:
    """400 ``parameter_unknown``."""
    return invalid(f"Received unknown parameter: {param}", param, "parameter_unknown")


def no_such(noun: str, id_: str, param: str = "id", status: int = 404) -> StripeError:
    """404 ``resource_missing`` (400 where the id came as a parameter, not in the path)."""
    message = f"No such {noun}: '{id_}'"
    return StripeError(message, status=status, code="resource_missing", param=param)


def unauthorized(message: str) -> StripeError:
    """401: no usable API key."""
    return StripeError(message, status=401)
