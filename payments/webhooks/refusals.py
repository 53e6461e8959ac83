"""Deliveries whose signature does not fit: counted, and slowed down, without keeping any of it."""

from datetime import datetime, timedelta

from django.core.cache import cache
from redis import RedisError

# Stripe's own retries of a wrongly configured secret stay far below this.
MOST_PER_MINUTE = 60
REMEMBERED = timedelta(hours=3)


def count_refusal(*, address: str, now: datetime) -> bool:
    """Count one, and return whether this address has sent too many this minute.

    Redis being down counts nothing and slows nobody.
    """
    minute = f"webhook-refused:{address}:{now:%Y%m%d%H%M}"
    try:
        cache.add(minute, 0, timeout=120)
        cache.add(_hour(now), 0, timeout=int(REMEMBERED.total_seconds()) + 3600)
        cache.incr(_hour(now))
        return cache.incr(minute) > MOST_PER_MINUTE
    except (RedisError, ValueError):
        return False


def refused_lately(*, now: datetime) -> int:
    """Return how many were refused in the last three hours or so."""
    hours = [_hour(now - timedelta(hours=ago)) for ago in range(3)]
    return sum(cache.get_many(hours).values())


def _hour(moment: datetime) -> str:
    return f"webhook-refused:{moment:%Y%m%d%H}"
