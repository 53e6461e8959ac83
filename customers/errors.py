"""What this app refuses."""

from myhibachi.core.errors import DomainError


class NotCurrent(DomainError):
    """The customer was merged into another one, or erased."""

    code = "customer_not_current"
