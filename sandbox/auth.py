"""API keys: Bearer or Basic, secret, restricted or publishable, test mode only."""

import base64
import binascii
import re

from sandbox.errors import StripeError, unauthorized

KEY = re.compile(r"(sk|rk|pk)_test_\w+")
NONE_GIVEN = (
    "You did not provide an API key. You need to provide your API key in the Authorization "
    "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
    "https://stripe.com/docs/api#authentication for details, or we can help at "
    "https://support.stripe.com/."
)
PUBLISHABLE = (
    "This API call cannot be made with a publishable API key. Please use a secret API key. You "
    "can find a list of your API keys at https://dashboard.stripe.com/account/apikeys."
)


def key_from(header: str | None, parameter: str | None = None) -> str:
    """The presented key; 401 in Stripe's words when there is none or it is no test key."""
    key = _presented(header) or parameter or ""
    if not key:
        raise unauthorized(NONE_GIVEN)
    if not KEY.fullmatch(key):
        shown = key[:8] + "*" * max(0, len(key) - 12) + key[-4:]
        raise unauthorized(f"Invalid API Key provided: {shown}")
    return key


def _presented(header: str | None) -> str | None:
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


def check_publishable(key: str, *, allowed: bool) -> bool:
    """Whether the key is publishable; 403 where such a key may not call."""
    publishable = key.startswith("pk_")
    if publishable and not allowed:
        raise StripeError(PUBLISHABLE, status=403, code="secret_key_required")
    return publishable
