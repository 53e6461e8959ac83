"""Who is asking: `Authorization: Bearer …`."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from customers import roles
from customers.api import provider, tokens
from customers.models import LoginSession, User
from customers.services import accounts, sessions

# The literal tokens and the people behind them; in development alone (customers.checks).
DEVELOPMENT_TOKENS = {
    "dev-token": ("guest@myhibachi.test", "Devi Guest", None),
    "admin-token": ("owner@myhibachi.test", "Olive Owner", roles.ADMIN),
}


class BearerAuthentication(BaseAuthentication):
    """Our own access tokens, an identity provider's, and in development the literal ones."""

    def authenticate(self, request: Request) -> tuple[User, LoginSession | None] | None:
        """Return the user, and the session the token belongs to if it is one of ours."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        kinds: list[Callable[[str], tuple[User, LoginSession | None] | None]] = [_ours]
        if settings.DEVELOPMENT_TOKENS:
            kinds.insert(0, _development)
        if settings.JWT_JWKS_URL:
            kinds.append(_provider)
        found = next(filter(None, (kind(token.strip()) for kind in kinds)), None)
        if found is None or not found[0].is_active:
            raise AuthenticationFailed("This token is not valid, or not any more.")
        return found

    def authenticate_header(self, request: Request) -> str:
        """Return what makes a missing login a 401 instead of a 403."""
        return "Bearer"


def _development(token: str) -> tuple[User, None] | None:
    for literal, (email, name, role) in DEVELOPMENT_TOKENS.items():
        if constant_time_compare(token, literal):
            return accounts.development_user(email=email, name=name, role=role), None
    return None


def _ours(token: str) -> tuple[User, LoginSession] | None:
    try:
        session_id = tokens.session_of(AccessToken(cast(Any, token)))
    except (TokenError, KeyError, ValueError):
        return None
    session = sessions.find(session_id=session_id, now=timezone.now())
    return (session.user, session) if session else None


def _provider(token: str) -> tuple[User, None] | None:
    claims = provider.verify(token)
    if claims is None:
        return None
    user = accounts.user_from_provider(email=claims.email, name=claims.name, now=timezone.now())
    return user, None
