"""Limits on guessing passwords, counted in Redis."""

import hashlib
import logging
import time
from typing import Any

from django.core.cache import cache
from redis import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

logger = logging.getLogger(__name__)


class CountedThrottle(SimpleRateThrottle):
    """A fixed window with one atomic counter, so that parallel requests can't slip through.

    A cache that is down lets people in: it must not be what closes the shop.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this request; return whether it is still within the limit."""
        identity = self.identity(request)
        window, into_window = divmod(time.time(), self.duration)
        self.seconds_left = self.duration - into_window
        digest = hashlib.sha256(identity.encode()).hexdigest()
        key = f"throttle:{self.scope}:{digest}:{int(window)}"
        try:
            cache.add(key, 0, timeout=self.duration)
            return bool(cache.incr(key) <= self.num_requests)
        except (RedisError, ValueError) as error:
            logger.warning("throttle %s is off: %s", self.scope, type(error).__name__)
            return True

    def wait(self) -> float:
        """Return the seconds until the window ends, for `Retry-After`."""
        return self.seconds_left

    def identity(self, request: Request) -> str:
        """Return whose requests are counted together."""
        return self.get_ident(request)


class LoginByAddress(CountedThrottle):
    scope = "login_address"


class LoginByAccount(CountedThrottle):
    scope = "login_account"

    def identity(self, request: Request) -> str:
        email: Any = request.data.get("email") if isinstance(request.data, dict) else None
        return str(email).strip().lower()


class RegisterByAddress(CountedThrottle):
    scope = "register"
