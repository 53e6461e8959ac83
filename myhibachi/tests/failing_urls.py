"""The product's addresses, and some that fail, each in a way of its own."""

from typing import NoReturn

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import include, path

from myhibachi import urls

WAYS = {400: BadRequest, 403: PermissionDenied, 404: Http404, 500: RuntimeError}


def fail(request: HttpRequest, status: int) -> NoReturn:
    """Fail so that this status is answered."""
    raise WAYS[status]


urlpatterns = [
    path("admin/fails/<int:status>", fail),
    path("fails/<int:status>", fail),
    path("", include(urls)),
]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
