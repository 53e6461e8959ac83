"""Logins: each is a row, so that it can be ended, and a stolen refresh token be noticed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.auth.models import update_last_login
from django.db import transaction
from django.utils.crypto import constant_time_compare

from customers.models import BrowserSession, LoginSession, User

# How much later than the last time a browser's next request is noted.
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Client:
    """Who asks."""

    ip_address: str | None = None
    user_agent: str = ""


UNKNOWN = Client()


def start(
    *, user: User, lifetime: timedelta, now: datetime, client: Client = UNKNOWN
) -> LoginSession:
    """Begin a session; its `refresh_id` names the refresh token to hand out."""
    update_last_login(User, user)
    return LoginSession.objects.create(
        user=user,
        refresh_id=uuid4(),
        auth_hash=user.get_session_auth_hash(),
        expires_at=now + lifetime,
        last_seen_at=now,
        ip_address=client.ip_address,
        user_agent=client.user_agent,
    )


def find(*, session_id: UUID, now: datetime) -> LoginSession | None:
    """Return a session that is still good, with its user and the user's groups."""
    session = (
        LoginSession.objects.filter(pk=session_id, revoked_at=None, expires_at__gt=now)
        .select_related("user")
        .prefetch_related("user__groups")
        .first()
    )
    return session if session and _is_good(session) else None


def rotate(
    *,
    session_id: UUID,
    refresh_id: UUID,
    lifetime: timedelta,
    now: datetime,
    client: Client = UNKNOWN,
) -> LoginSession | None:
    """Use up a refresh token: return the session with the next `refresh_id`.

    None when it is no good. A token used for the second time ends the whole session: one of the
    two who used it is a thief (OAuth 2.0 Security Best Current Practice, 4.14.2).
    """
    with transaction.atomic():
        if not LoginSession.objects.select_for_update().filter(pk=session_id).exists():
            return None
        session = find(session_id=session_id, now=now)
        if session is None:
            return None
        if session.refresh_id != refresh_id:
            revoke(session_id=session_id, now=now)
            return None
        session.refresh_id = uuid4()
        session.expires_at = now + lifetime
        session.last_seen_at = now
        session.ip_address, session.user_agent = client.ip_address, client.user_agent
        session.save()
    return session


def revoke(*, session_id: UUID, now: datetime) -> None:
    """End a session: from now on none of its tokens works."""
    LoginSession.objects.filter(pk=session_id, revoked_at=None).update(revoked_at=now)


def note_seen(*, session: BrowserSession, client: Client, now: datetime) -> None:
    """Note from where a browser's session is used, every few minutes at most."""
    if session.user_id and now - session.last_seen_at >= SEEN_EVERY:
        BrowserSession.objects.filter(pk=session.pk).update(
            last_seen_at=now, ip_address=client.ip_address, user_agent=client.user_agent
        )


def end_all(*, user: User, now: datetime, but_browser: str | None = None) -> int:
    """End every login of a person, browsers' and tokens'; return how many.

    Args:
        but_browser: the key of a browser's session that stays.
    """
    browsers = BrowserSession.objects.filter(user=user).exclude(pk=but_browser or "")
    tokens = LoginSession.objects.filter(user=user, revoked_at=None, expires_at__gt=now)
    return browsers.delete()[0] + tokens.update(revoked_at=now)


def purge(*, now: datetime) -> int:
    """Delete sessions that have expired; return how many."""
    tokens = LoginSession.objects.filter(expires_at__lt=now).delete()[0]
    return tokens + BrowserSession.objects.filter(expire_date__lt=now).delete()[0]


def _is_good(session: LoginSession) -> bool:
    unchanged = constant_time_compare(session.auth_hash, session.user.get_session_auth_hash())
    return session.user.is_active and unchanged
