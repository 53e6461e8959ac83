"""What an admin does with somebody else's account: see and end logins, reset two-factor."""

from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from customers.admin.account_page import end_as_asked, logins_context
from customers.models import User
from customers.services import two_factor

LOGINS, RESET = "customers_user_logins", "customers_user_reset_two_factor"


def urls() -> list[URLPattern]:
    """Return the pages' addresses, for the user admin's own."""
    return [
        path("<uuid:user_id>/logins/", admin.site.admin_view(logins), name=LOGINS),
        path("<uuid:user_id>/two-factor/", admin.site.admin_view(reset), name=RESET),
    ]


def tools(user: User) -> list[tuple[str, str]]:
    """Return what can be done with an account on a page of its own: names and addresses."""
    found = [("Logins", reverse(f"admin:{LOGINS}", args=[user.pk]))]
    if user.two_factor_id:
        found.append(("Reset two-factor", reverse(f"admin:{RESET}", args=[user.pk])))
    return found


def logins(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Show where somebody is logged in; end one of these logins, or all."""
    user = _user(request, user_id)
    if request.method == "POST":
        end_as_asked(request, user)
        return redirect(f"admin:{LOGINS}", user.pk)
    return _page(request, user, "logins", "Logins", **logins_context(request, user))


def reset(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Ask whether somebody's two-factor is to go, and do it."""
    user = _user(request, user_id)
    if request.method == "POST":
        if two_factor.reset(user_id=user.pk, actor=cast(User, request.user), now=timezone.now()):
            messages.success(request, f"Two-factor of {user} is off. Every login has ended.")
        else:
            messages.warning(request, f"Two-factor of {user} was off already.")
        return redirect("admin:customers_user_change", user.pk)
    return _page(request, user, "reset", "Reset two-factor")


def _user(request: HttpRequest, user_id: UUID) -> User:
    """Return the account, if this person may change it: only the owner changes the owner."""
    if not request.user.has_perm("customers.change_user"):
        raise PermissionDenied
    user = get_object_or_404(User, pk=user_id)
    if user.is_superuser and not cast(User, request.user).is_superuser:
        raise PermissionDenied
    return user


def _page(request: HttpRequest, user: User, name: str, title: str, **context: Any) -> HttpResponse:
    shown = {
        **admin.site.each_context(request),
        "title": title,
        "opts": User._meta,
        "person": user,
        **context,
    }
    return render(request, f"admin/customers/user/{name}.html", shown)
