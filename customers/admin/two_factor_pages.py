"""The second step of logging in, and the pages to set it up and to switch it off."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import segno
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache

from customers.models import User
from customers.services import codes, two_factor
from customers.services.two_factor import Step
from myhibachi.core.errors import DomainError


class CodeForm(forms.Form):
    """Six digits, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
    )

    def do(self, call: Callable[..., Any]) -> Any:
        """Call a service with the code and the time; what it refuses stands at the field."""
        try:
            return call(code=self.cleaned_data["code"], now=timezone.now())
        except DomainError as error:
            self.add_error("code", error.detail)
            return None


class RecoveryCodeForm(CodeForm):
    """The same, with a keyboard that has letters."""

    code = forms.CharField(
        label="Recovery code",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}
        ),
    )


@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code, after the password."""
    user = _half_in(request)
    if user is None:
        return redirect("admin:login")
    step = two_factor.next_step(user, request.session)
    if step is not Step.CODE:
        return redirect(_target(request) if step is None else _set_up_address(request))
    with_recovery = "recovery" in request.GET
    form = (RecoveryCodeForm if with_recovery else CodeForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.do(partial(two_factor.pass_step, user=user, session=request.session))
        if form.is_valid():
            return redirect(_target(request))
    other = {REDIRECT_FIELD_NAME: _target(request)} | ({} if with_recovery else {"recovery": 1})
    context = {"form": form, "with_recovery": with_recovery, "other": urlencode(other)}
    return _page(request, "ask", "Two-factor", **context)


@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """Show the key of a new app, and take its first code."""
    user = _half_in(request)
    if user is None:
        return redirect("admin:login")
    if user.two_factor_id:
        return redirect("your-account")
    key = two_factor.pending_key(request.session)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        recovery = form.do(partial(two_factor.set_up, user=user, session=request.session))
        if recovery:
            return _codes_page(request, recovery, is_new=True)
    context = {
        "form": form,
        "qr": segno.make(codes.address_of(key, email=user.email), error="m").svg_data_uri(
            scale=5, border=4, light="#fff", omitsize=False
        ),
        "key": [key[at : at + 4] for at in range(0, len(key), 4)],
        "is_required": two_factor.must_have_it(user),
    }
    return _page(request, "set_up", "Set up two-factor", **context)


def turn_off(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and switch it off."""
    user = cast(User, request.user)
    if not user.two_factor_id:
        return redirect("your-account")
    form = RecoveryCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.do(partial(two_factor.turn_off, user=user, session=request.session))
        if form.is_valid():
            messages.success(request, "Two-factor is off.")
            return redirect("your-account")
    return _page(
        request, "off", "Turn two-factor off?", form=form,
        is_required=settings.STAFF_TWO_FACTOR == two_factor.REQUIRED,
    )  # fmt: skip


def new_codes(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and show new recovery codes."""
    user = cast(User, request.user)
    if not user.two_factor_id:
        return redirect("your-account")
    form = RecoveryCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        recovery = form.do(partial(two_factor.new_recovery_codes, user=user))
        if recovery:
            return _codes_page(request, recovery, is_new=False)
    return _page(request, "new_codes", "New recovery codes?", form=form)


def _half_in(request: HttpRequest) -> User | None:
    """Return who has given a right password and is staff."""
    user = request.user
    return user if isinstance(user, User) and user.is_active and user.is_staff else None


def _target(request: HttpRequest) -> str:
    """Return where somebody was going; never to another host."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("admin:index")


def _set_up_address(request: HttpRequest) -> str:
    return f"{reverse('two-factor-set-up')}?{urlencode({REDIRECT_FIELD_NAME: _target(request)})}"


def _codes_page(request: HttpRequest, recovery: list[str], *, is_new: bool) -> HttpResponse:
    # Rendered by the very POST that made them: kept nowhere, they can be shown this once.
    title = "Two-factor is on" if is_new else "Your new recovery codes"
    return _page(request, "codes", title, recovery=recovery, is_new=is_new)


def _page(request: HttpRequest, name: str, title: str, **context: Any) -> HttpResponse:
    shown = {
        **admin.site.each_context(request),
        "title": title,
        "next": _target(request),
        **context,
    }
    return render(request, f"admin/two_factor/{name}.html", shown)
