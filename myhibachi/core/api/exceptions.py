"""The one place where an error becomes an HTTP answer, in one shape."""

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import status
from rest_framework.exceptions import APIException

from myhibachi.core.errors import DomainError

logger = logging.getLogger(__name__)


class RequestTooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "request_too_large"
    default_detail = "The request's body is too large."


class DatabaseDown(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = "Not now. Please send it again."


class RuleBroken(APIException):
    """A `DomainError` on its way out."""

    def __init__(self, error: DomainError) -> None:
        detail = {error.attr: error.detail} if error.attr else error.detail
        super().__init__(detail=detail, code=error.code)
        self.status_code = error.status


class Handler(ExceptionHandler):
    """Adds our own errors to those the package knows, and answers all of them, DEBUG or not."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, DomainError):
            return RuleBroken(exc)
        if isinstance(exc, OperationalError | InterfaceError):
            logger.error("the database did not answer: %s", type(exc).__name__)
            return DatabaseDown()
        if isinstance(exc, RequestDataTooBig):
            return RequestTooLarge()
        converted: Exception = super().convert_known_exceptions(exc)
        return converted

    def should_not_handle(self, exc: Exception) -> bool:
        return False

    def format_exception(self, exc: APIException) -> dict[str, Any]:
        data: dict[str, Any] = super().format_exception(exc)
        if isinstance(self.exc, DomainError):
            # What a program needs beside the words, such as the amount we expected.
            data["errors"][0].update(self.exc.extra)
        return data
