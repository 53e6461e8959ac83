"""Taking money off the list that is for no booking, and putting it back."""

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from customers.models import User
from myhibachi.core.errors import DomainError
from payments.admin.booking_page import refused
from payments.admin.money_in_page import back_to, page
from payments.models import MoneyIn
from payments.services.money_in.decide import PERMISSION, bring_back, ignore

NAME = "payments_moneyin_ignore"
BACK_NAME = "payments_moneyin_bring_back"


class IgnoreForm(forms.Form):
    """Why money is for no booking."""

    note = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues: what this money is.",
    )


def view(request: HttpRequest, money_in_id: UUID) -> HttpResponse:
    """Ask why; ignore it."""
    line = _line(request, money_in_id)
    if request.method != "POST":
        return page(request, "ignore", title="Ignore", line=line, form=IgnoreForm())
    form = IgnoreForm(request.POST)
    if form.is_valid():
        note, actor = form.cleaned_data["note"], cast(User, request.user)
        try:
            ignore(money_in_id=line.pk, note=note, actor=actor, now=timezone.now())
        except DomainError as error:
            refused(form, error)
        else:
            messages.success(request, "Ignored. It can be brought back at any time.")
            return back_to(line)
    return page(request, "ignore", title="Ignore", line=line, form=form)


def back(request: HttpRequest, money_in_id: UUID) -> HttpResponse:
    """Put it back into the inbox: nothing is lost by that, so nobody is asked."""
    line = _line(request, money_in_id)
    if request.method == "POST":
        try:
            bring_back(money_in_id=line.pk, actor=cast(User, request.user), now=timezone.now())
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, "It is in the inbox again.")
    return back_to(line)


def _line(request: HttpRequest, money_in_id: UUID) -> MoneyIn:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    return get_object_or_404(MoneyIn, pk=money_in_id)
