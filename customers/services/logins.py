"""Where somebody is logged in: browsers in the admin, and programs and apps at the API."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY
from django.utils.crypto import constant_time_compare

from customers.devices import device_of
from customers.models import BrowserSession, LoginSession, User
from customers.services import sessions
from customers.services.two_factor import PASSED
from myhibachi.core import audit


class Kind(StrEnum):
    BROWSER = "admin"
    API = "API"


@dataclass(frozen=True, kw_only=True)
class Login:
    """One login that works now.

    Attributes:
        device: browser and system, in words.
        is_this: the one that asks.
        is_half: its second step is still to come.
    """

    id: UUID
    kind: Kind
    device: str
    ip_address: str | None
    since: datetime
    last_seen_at: datetime
    is_this: bool = False
    is_half: bool = False


def logins_of(*, user: User, now: datetime, this: str | None = None) -> list[Login]:
    """Return a person's logins, the one that asks first, then the last used.

    Args:
        this: the key of the browser's session that asks.
    """
    browsers = BrowserSession.objects.filter(user=user, expire_date__gt=now)
    tokens = LoginSession.objects.filter(user=user, revoked_at=None, expires_at__gt=now)
    found = [
        *(_browser(row, user, this) for row in browsers if _is_current(row, user)),
        *(_token(row) for row in tokens if _is_of(row.auth_hash, user)),
    ]
    return sorted(found, key=lambda each: (each.is_this, each.last_seen_at), reverse=True)


def end_login(*, user: User, login_id: UUID, actor: User, now: datetime) -> bool:
    """End one login of a person at once; return whether there was one to end."""
    found = {login.id: login for login in logins_of(user=user, now=now)}.get(login_id)
    if found is None:
        return False
    if found.kind is Kind.BROWSER:
        BrowserSession.objects.filter(user=user, handle=login_id).delete()
    else:
        sessions.revoke(session_id=login_id, now=now)
    audit.record("user.login_ended", user, actor=actor, device=found.device)
    return True


def end_other_logins(*, user: User, this: str | None, actor: User, now: datetime) -> int:
    """End all logins of a person but the one that asks; return how many."""
    ended = sessions.end_all(user=user, now=now, but_browser=this)
    audit.record("user.logins_ended", user, actor=actor, count=ended)
    return ended


def _browser(row: BrowserSession, user: User, this: str | None) -> Login:
    passed = row.get_decoded().get(PASSED)
    return Login(
        id=row.handle,
        kind=Kind.BROWSER,
        device=device_of(row.user_agent),
        ip_address=row.ip_address,
        since=row.created_at,
        last_seen_at=row.last_seen_at,
        is_this=row.session_key == this,
        is_half=bool(user.two_factor_id) and passed != str(user.two_factor_id),
    )


def _token(row: LoginSession) -> Login:
    return Login(
        id=row.pk,
        kind=Kind.API,
        device=device_of(row.user_agent),
        ip_address=row.ip_address,
        since=row.created_at,
        last_seen_at=row.last_seen_at,
    )


def _is_current(row: BrowserSession, user: User) -> bool:
    """Whether the password is still the one it was made with."""
    return _is_of(row.get_decoded().get(HASH_SESSION_KEY, ""), user)


def _is_of(auth_hash: str, user: User) -> bool:
    return constant_time_compare(auth_hash, user.get_session_auth_hash())
