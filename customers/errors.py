"""What this app refuses."""

from myhibachi.core.errors import DomainError


class NotCurrent(DomainError):
    """The customer was merged into another one, or erased."""

    code = "customer_not_current"


class WrongCode(DomainError):
    """The second step's code is wrong, or was used."""

    code = "two_factor_wrong"


class TooManyCodes(DomainError):
    """Too many of the second step's codes were tried."""

    status = 429
    code = "throttled"
