"""Keys of a development stack: made once, kept for their owner alone, never committed."""

import os
import re
import secrets
import string
from pathlib import Path

ALPHANUMERIC = string.ascii_letters + string.digits
# What our own demo keys start with, so that they are never taken for a person's.
DEMO = "Sandbox"


def is_real(stripe_key: str) -> bool:
    """Say whether this is a person's Stripe key, not our demo key or .env.example's filler."""
    return bool(stripe_key) and not re.match(rf"sk_test_({DEMO}|replace)", stripe_key)


def make() -> dict[str, str]:
    """Return a fresh set of keys, in the shapes that the settings ask for."""
    return {
        "SECRET_KEY": _random(64),
        "STRIPE_SECRET_KEY": f"sk_test_{DEMO}{_random(32)}",
        "STRIPE_PUBLISHABLE_KEY": f"pk_test_{DEMO}{_random(32)}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{_random(32)}",
    }


def kept(file: Path) -> dict[str, str]:
    """Return the keys in `file`, made when it is not there yet."""
    if not file.exists():
        draft = file.with_suffix(".draft")
        text = "".join(f"{name}={value}\n" for name, value in make().items())
        with open(draft, "w", opener=_owner_only) as out:
            out.write(text)
        draft.replace(file)
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(length))


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
