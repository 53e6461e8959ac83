"""Answers for what never reaches a view, in the same shape as the views' own errors.

People get a page of ours, with a way back.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse

API_PREFIX = "/api/"


def error_response(status: int, code: str, detail: str) -> JsonResponse:
    """Return one error in the shape of the whole API."""
    kind = "server_error" if status >= 500 else "client_error"
    error = {"code": code, "detail": detail, "attr": None}
    return JsonResponse({"type": kind, "errors": [error]}, status=status)


def is_api(request: HttpRequest) -> bool:
    """Return whether the client expects JSON."""
    return request.path_info.startswith(API_PREFIX)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 (`handler400`)."""
    if is_api(request):
        return error_response(400, "bad_request", "The request makes no sense as it stands.")
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403 (`handler403`)."""
    if is_api(request):
        return error_response(403, "permission_denied", "You may not do this.")
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 (`handler404`)."""
    if is_api(request):
        return error_response(404, "not_found", "There is nothing here.")
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 (`handler500`) without a word about what went wrong: that is in the log."""
    if is_api(request):
        return error_response(500, "error", "Something went wrong on our side.")
    return _page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form without its token (`CSRF_FAILURE_VIEW`)."""
    return _page(request, 403, "403_csrf")


def _page(request: HttpRequest, status: int, name: str | None = None) -> HttpResponse:
    """Return an error's page. It is made without the request, which may be what is wrong."""
    of_staff = request.path_info.startswith(reverse("admin:index"))
    context = {"website": settings.FRONTEND_URL, "of_staff": of_staff, "here": request.path}
    return HttpResponse(render_to_string(f"{name or status}.html", context), status=status)


def refuse_nul_bytes(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: answer 400 to a NUL in the address, which PostgreSQL can't take."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return error_response(400, "bad_request", "The address contains a NUL byte.")
        return get_response(request)

    return middleware
