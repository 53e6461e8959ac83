"""An authenticator app for the tests."""

from datetime import datetime, timedelta

import pyotp
from django.utils import timezone

from customers.models import TwoFactor, User
from customers.services import codes
from customers.services.seal import seal

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RECOVERY = "AAAA-CCCC-DDDD-EEEE"


def with_app(user: User) -> User:
    """Give somebody an app with a known key, and one recovery code."""
    user.two_factor = TwoFactor.objects.create(
        sealed_key=seal(KEY), recovery_hashes=[codes.hash_of(RECOVERY)]
    )
    user.save(update_fields=["two_factor"])
    return user


def code(at: datetime | None = None, *, key: str = KEY, steps: int = 0) -> str:
    """Return what an app shows, now or some steps beside it."""
    return pyotp.TOTP(key).at((at or timezone.now()) + timedelta(seconds=30 * steps))
