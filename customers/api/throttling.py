"""Limits on guessing passwords."""

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from customers.services import attempts


class CountedThrottle(SimpleRateThrottle):
    """DRF's rates, with an atomic count in fixed windows."""

    duration: int
    num_requests: int

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this request; return whether it is still within the limit."""
        counted = attempts.count(
            kind=str(self.scope), whose=self.whose(request), per_seconds=self.duration
        )
        return counted <= self.num_requests

    def wait(self) -> float:
        """Return the seconds until the window ends, for `Retry-After`."""
        return attempts.seconds_left(per_seconds=self.duration)

    def whose(self, request: Request) -> str:
        """Return whose requests are counted together."""
        return str(self.get_ident(request))


class LoginByAddress(CountedThrottle):
    scope = "login_address"


class LoginByAccount(CountedThrottle):
    scope = "login_account"

    def whose(self, request: Request) -> str:
        email = request.data.get("email") if isinstance(request.data, dict) else None
        return str(email).strip().lower()


class RegisterByAddress(CountedThrottle):
    scope = "register"
