"""Identifiers that look like Stripe's."""

import secrets
import string
import time

ALPHABET = string.ascii_letters + string.digits


def random_text(length: int) -> str:
    """Letters and digits nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new(prefix: str, length: int = 24) -> str:
    """A fresh id such as ``cus_Nc1Zk…``."""
    return f"{prefix}_{random_text(length)}"


def now() -> int:
    """Seconds since the epoch, as every Stripe timestamp."""
    return int(time.time())
