"""One's own account: two-factor, password, and where one is logged in."""

from typing import Any, cast

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from customers.models import User
from customers.services.logins import end_login, end_other_logins, logins_of
from myhibachi.core.ids import as_uuid

OTHERS = "others"


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own account."""
    user = cast(User, request.user)
    two_factor = user.two_factor
    context = {
        "title": "Your account",
        "two_factor": two_factor,
        "codes_left": len(two_factor.recovery_hashes) if two_factor else 0,
        **logins_context(request, user),
        "end_address": reverse("end-login"),
    }
    context = {**admin.site.each_context(request), **context}
    return render(request, "admin/account/account.html", context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End one of one's own logins, or all but this one."""
    end_as_asked(request, cast(User, request.user))
    return redirect("your-account")


def logins_context(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what `admin/account/logins.html` shows of a person's logins."""
    this = request.session.session_key if user == request.user else None
    logins = logins_of(user=user, now=timezone.now(), this=this)
    return {"logins": logins, "others": sum(not login.is_this for login in logins)}


def end_as_asked(request: HttpRequest, user: User) -> None:
    """End the login that the form names, or all others, and say so."""
    by: dict[str, Any] = {"user": user, "actor": request.user, "now": timezone.now()}
    wanted = request.POST.get("login", "")
    if wanted == OTHERS:
        this = request.session.session_key if user == request.user else None
        count = end_other_logins(this=this, **by)
        messages.success(request, f"{count} login{'' if count == 1 else 's'} ended.")
    elif end_login(login_id=as_uuid(wanted), **by):
        messages.success(request, "That login has ended.")
    else:
        messages.warning(request, "That login had ended already.")
