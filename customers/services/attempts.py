"""Counts attempts at guessing, in Redis."""

import hashlib
import logging
import time

from django.core.cache import cache
from redis import RedisError

logger = logging.getLogger(__name__)


def count(*, kind: str, whose: str, per_seconds: int) -> int:
    """Count one more attempt; return how many there were in the current window.

    One atomic counter, so that parallel attempts can't slip through. Redis being down must not
    lock everybody out: then nothing is counted.
    """
    digest = hashlib.sha256(whose.encode()).hexdigest()
    key = f"attempts:{kind}:{digest}:{int(time.time()) // per_seconds}"
    try:
        cache.add(key, 0, timeout=per_seconds)
        return int(cache.incr(key))
    except (RedisError, ValueError) as error:  # ValueError: the window ended in between
        logger.warning("attempts at %s are not counted: %s", kind, type(error).__name__)
        return 0


def seconds_left(*, per_seconds: int) -> float:
    """Return when the current window ends."""
    return per_seconds - time.time() % per_seconds
