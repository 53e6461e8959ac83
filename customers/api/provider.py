"""Another identity provider's tokens, checked against the keys it publishes (JWKS)."""

from dataclasses import dataclass
from functools import lru_cache

import jwt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from rest_framework.exceptions import APIException

ALGORITHMS = ["RS256", "ES256"]
TIMEOUT = 3.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Claims:
    email: str
    name: str


class ProviderUnavailable(APIException):
    status_code = 503
    default_code = "identity_provider_unavailable"
    default_detail = "The identity provider does not answer. Please try again."


def verify(token: str) -> Claims | None:
    """Return what a provider's token says about its bearer; None unless all of it holds.

    It must be signed with a published key, meant for us, unexpired, and vouch for the email.

    Raises:
        ProviderUnavailable: the keys could not be fetched.
    """
    try:
        key = _keys(settings.JWT_JWKS_URL).get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            issuer=settings.JWT_ISSUER,
            audience=settings.JWT_AUDIENCE,
            options={"require": ["exp", "iss", "aud", "email"]},
        )
        validate_email(claims["email"])
    except jwt.PyJWKClientConnectionError as error:
        raise ProviderUnavailable from error
    except (jwt.PyJWTError, ValidationError):
        return None
    if claims.get("email_verified") is not True:
        return None
    email = str(claims["email"])
    return Claims(email=email, name=str(claims.get("name") or email.partition("@")[0])[:200])


@lru_cache(maxsize=1)
def _keys(url: str) -> jwt.PyJWKClient:
    """Return the client that keeps the provider's keys for five minutes."""
    return jwt.PyJWKClient(url, timeout=TIMEOUT)
