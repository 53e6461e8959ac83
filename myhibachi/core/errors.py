"""What the domain raises. `core.api.exceptions` turns each into its HTTP answer in one place."""

from typing import ClassVar


class DomainError(Exception):
    """A rule of the business said no.

    Attributes:
        status: the HTTP status it becomes.
        code: machine-readable, stable.
        detail: for a person.
        attr: the field at fault, if one is.
    """

    status: ClassVar[int] = 409
    code: ClassVar[str] = "conflict"

    def __init__(self, detail: str, *, attr: str | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.attr = attr
        self.extra = extra


class NotFound(DomainError):
    """There is no such thing, or it is somebody else's."""

    status = 404
    code = "not_found"


class InvalidInput(DomainError):
    """The request makes no sense as it stands."""

    status = 400
    code = "invalid"


class NotAllowed(DomainError):
    """This person may not do this."""

    status = 403
    code = "permission_denied"
