"""Our own JWTs. What they may still do is decided by their `LoginSession`."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from customers.models import LoginSession, User
from customers.services import sessions

SESSION_CLAIM = "sid"


@dataclass(frozen=True, kw_only=True)
class TokenPair:
    user: User
    access_token: str
    refresh_token: str
    token_type: str = "Bearer"  # noqa: S105  # the scheme's name, not a secret
    expires_in: int = int(AccessToken.lifetime.total_seconds())


def log_in(user: User, *, client: sessions.Client) -> TokenPair:
    """Begin a session and return its tokens."""
    now = timezone.now()
    return _pair(sessions.start(user=user, lifetime=RefreshToken.lifetime, now=now, client=client))


def refresh(refresh_token: str, *, client: sessions.Client) -> TokenPair | None:
    """Return the next tokens for a refresh token that is still good, else None."""
    try:
        # Its annotation asks for a Token; what it takes is text.
        token = RefreshToken(cast(Any, refresh_token))
        session_id, refresh_id = session_of(token), UUID(token["jti"])
    except (TokenError, KeyError, ValueError):
        return None
    session = sessions.rotate(
        session_id=session_id,
        refresh_id=refresh_id,
        lifetime=RefreshToken.lifetime,
        now=timezone.now(),
        client=client,
    )
    return _pair(session) if session else None


def session_of(token: Token) -> UUID:
    """Return the id of the session a token belongs to.

    Raises:
        KeyError, ValueError: none of ours.
    """
    return UUID(token[SESSION_CLAIM])


def _pair(session: LoginSession) -> TokenPair:
    token = RefreshToken()
    token["jti"] = session.refresh_id.hex
    token[SESSION_CLAIM] = str(session.pk)
    return TokenPair(
        user=session.user,
        access_token=str(token.access_token),
        refresh_token=str(token),
    )
