"""The codes of an authenticator app (RFC 6238), and those for who has lost it."""

import hashlib
import secrets
from datetime import datetime

import pyotp
from django.utils.crypto import constant_time_compare

from myhibachi.core.ids import REFERENCE_ALPHABET

ISSUER = "My Hibachi"
STEP = 30  # seconds
# A phone's clock may be one step off.
STEPS_OFF = (0, -1, 1)
RECOVERY_CODES = 10
# Four groups of four are 71 bits: beyond guessing, even for who has read the hashes.
GROUPS, GROUP = 4, 4


def new_key() -> str:
    """Return a new key for an authenticator app, in base 32."""
    return pyotp.random_base32()


def address_of(key: str, *, email: str) -> str:
    """Return the `otpauth://` address that an app reads from the QR code."""
    return pyotp.TOTP(key, interval=STEP).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(key: str, code: str, *, now: datetime) -> int | None:
    """Return which step's code this is; None unless it is of now or of one step beside it."""
    current = int(now.timestamp()) // STEP
    app = pyotp.TOTP(key, interval=STEP)
    steps = [current + off for off in STEPS_OFF]
    # All are compared, so that the time taken says nothing.
    same = [constant_time_compare(app.generate_otp(step), code) for step in steps]
    return next((step for step, is_same in zip(steps, same, strict=True) if is_same), None)


def new_recovery_codes() -> list[str]:
    """Return codes such as `7KQ3-XWM4-…`, each of which works once."""
    return [
        "-".join(
            "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS)
        )
        for _ in range(RECOVERY_CODES)
    ]


def hash_of(recovery_code: str) -> str:
    """Return what is kept of a recovery code. It is random and long, so a plain hash will do."""
    return hashlib.sha256(tidy(recovery_code).encode()).hexdigest()


def tidy(code: str) -> str:
    """Return a code without what people type between its letters."""
    return "".join(letter for letter in code.upper() if letter.isalnum())
