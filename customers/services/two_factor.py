"""The second step of logging in: an authenticator app, or a recovery code."""

import logging
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils.crypto import constant_time_compare

from customers.errors import TooManyCodes, WrongCode
from customers.models import TwoFactor, User
from customers.services import attempts, codes, sessions
from customers.services.seal import BrokenSeal, seal, unseal
from myhibachi.core import audit

REQUIRED, OPTIONAL = "required", "optional"
# What a browser's session keeps: which app's code was typed in it, and the key of one to be set up.
PASSED = "two_factor"
PENDING = "two_factor_to_set_up"
ATTEMPTS = 5
WINDOW = 300  # seconds

logger = logging.getLogger(__name__)


class Step(StrEnum):
    """What stands between a right password and the admin."""

    CODE = "code"
    SET_UP = "set_up"


def next_step(user: User | AnonymousUser, session: SessionBase) -> Step | None:
    """Return what somebody has still to do in this browser; None when that is nothing."""
    if not isinstance(user, User):
        return None
    if user.two_factor_id is None:
        return Step.SET_UP if must_have_it(user) else None
    return None if session.get(PASSED) == str(user.two_factor_id) else Step.CODE


def must_have_it(user: User) -> bool:
    """Return whether this person may not work without it."""
    return user.is_staff and settings.STAFF_TWO_FACTOR == REQUIRED


def pass_step(*, user: User, session: SessionBase, code: str, now: datetime) -> None:
    """Let this browser in.

    Raises:
        WrongCode: the code is none, or was used.
        TooManyCodes: too many were tried.
    """
    check_code(user_id=user.pk, code=code, now=now)
    session.cycle_key()
    session[PASSED] = str(user.two_factor_id)


def pending_key(session: SessionBase) -> str:
    """Return the key that this browser is about to set up, made on first use."""
    try:
        return unseal(session[PENDING])
    except (KeyError, BrokenSeal):
        key = codes.new_key()
        session[PENDING] = seal(key)
        return key


def set_up(*, user: User, session: SessionBase, code: str, now: datetime) -> list[str]:
    """Switch it on, with the first code of the app; return the recovery codes, shown this once.

    Every other login of this person ends: it was made by a password alone.

    Raises:
        WrongCode: the app has another key, or its phone the wrong time.
        TooManyCodes: too many were tried.
    """
    _count(user.pk)
    key = pending_key(session)
    step = codes.step_of(key, codes.tidy(code), now=now)
    if step is None:
        raise WrongCode("This is not the code. Is the phone's clock right?", attr="code")
    recovery = codes.new_recovery_codes()
    with transaction.atomic():
        locked = _lock(user.pk)
        if locked.two_factor_id:
            raise WrongCode("Two-factor is on already.")
        locked.two_factor = TwoFactor.objects.create(
            sealed_key=seal(key),
            recovery_hashes=[codes.hash_of(each) for each in recovery],
            last_step=step,
        )
        locked.save(update_fields=["two_factor"])
        sessions.end_all(user=user, but_browser=session.session_key, now=now)
        audit.record("user.two_factor_enabled", user, actor=user)
    user.two_factor = locked.two_factor
    del session[PENDING]
    session[PASSED] = str(locked.two_factor_id)
    return recovery


def new_recovery_codes(*, user: User, code: str, now: datetime) -> list[str]:
    """Replace the recovery codes; return the new ones, shown this once.

    Raises:
        WrongCode: the code is none, or was used.
        TooManyCodes: too many were tried.
    """
    with transaction.atomic():
        check_code(user_id=user.pk, code=code, now=now)
        found = codes.new_recovery_codes()
        hashes = [codes.hash_of(each) for each in found]
        TwoFactor.objects.filter(user=user).update(recovery_hashes=hashes)
        audit.record("user.recovery_codes_renewed", user, actor=user)
    return found


def turn_off(*, user: User, session: SessionBase, code: str, now: datetime) -> None:
    """Switch one's own off.

    Raises:
        WrongCode: the code is none, or was used.
        TooManyCodes: too many were tried.
    """
    with transaction.atomic():
        check_code(user_id=user.pk, code=code, now=now)
        _forget(user.pk)
        audit.record("user.two_factor_disabled", user, actor=user)
    user.two_factor = None
    session.pop(PASSED, None)


def reset(*, user_id: UUID, actor: User | None, now: datetime) -> bool:
    """Switch somebody else's off, whose phone is gone, and end all their logins.

    Returns:
        whether there was anything to switch off.
    """
    with transaction.atomic():
        user = User.objects.get(pk=user_id)
        if not _forget(user_id):
            return False
        sessions.end_all(user=user, now=now)
        audit.record("user.two_factor_reset", user, actor=actor)
    return True


def check_code(*, user_id: UUID, code: str, now: datetime) -> None:
    """Use up a code of the app, or a recovery code.

    Raises:
        WrongCode: it is neither, or was used.
        TooManyCodes: too many were tried.
    """
    _count(user_id)
    with transaction.atomic():
        found = _lock(user_id).two_factor
        uses: list[Callable[[TwoFactor, str, datetime], bool]] = [_use_code, _use_recovery_code]
        if found is None or not any(use(found, codes.tidy(code), now) for use in uses):
            raise WrongCode("This code is wrong, or was used already.", attr="code")


def _use_code(found: TwoFactor, code: str, now: datetime) -> bool:
    try:
        step = codes.step_of(unseal(found.sealed_key), code, now=now)
    except BrokenSeal:
        logger.warning("two-factor %s can't be read: was SECRET_KEY changed?", found.pk)
        return False
    if step is None or step <= found.last_step:
        return False
    found.last_step = step
    found.save(update_fields=["last_step"])
    return True


def _use_recovery_code(found: TwoFactor, code: str, now: datetime) -> bool:
    wanted = codes.hash_of(code)
    # All are compared, so that the time taken says nothing.
    left = [known for known in found.recovery_hashes if not constant_time_compare(known, wanted)]
    if len(left) == len(found.recovery_hashes):
        return False
    found.recovery_hashes = left
    found.save(update_fields=["recovery_hashes"])
    user = User.objects.get(two_factor=found)
    audit.record("user.recovery_code_used", user, actor=user, left=len(left))
    return True


def _count(user_id: UUID) -> None:
    if attempts.count(kind="two_factor", whose=str(user_id), per_seconds=WINDOW) > ATTEMPTS:
        raise TooManyCodes("Too many codes. Wait five minutes.", attr="code")


def _lock(user_id: UUID) -> User:
    """Return the account, whose lock keeps every change of its second step in line."""
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def _forget(user_id: UUID) -> bool:
    user = _lock(user_id)
    held, user.two_factor = user.two_factor, None
    user.save(update_fields=["two_factor"])
    if held:
        held.delete()
    return held is not None
