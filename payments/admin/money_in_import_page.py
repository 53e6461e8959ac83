"""The page that imports a statement: the text, what would become of it, and then that."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from customers.models import User
from myhibachi.core.errors import DomainError
from payments.admin.booking_page import refused
from payments.admin.money_in_import_form import ImportForm
from payments.admin.money_in_page import page
from payments.errors import ImportChanged
from payments.services.money_in.decide import PERMISSION
from payments.services.money_in.imports import Imported, import_statement
from payments.services.money_in.plan import Plan, plan_import

NAME = "payments_moneyin_import"


def view(request: HttpRequest) -> HttpResponse:
    """Ask for a statement; show what would become of each line; do it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    if request.method != "POST":
        return _form(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, form)
    if "edit" in request.POST:
        return _form(request, form.carried())
    try:
        if "confirmed" in request.POST:
            return _import(request, form)
        plan = plan_import(**_asked(form), now=timezone.now())
    except ImportChanged as error:
        messages.warning(request, error.detail)
        plan = plan_import(**_asked(form), now=timezone.now())
    except DomainError as error:
        return _form(request, refused(form, error))
    if plan.asks_about:
        return _form(request, _asking(form, plan.asks_about))
    return _preview(request, form, plan)


def _asked(form: ImportForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {
        "text": data["text"],
        "method": data["method"],
        "date_order": data["date_order"] or None,
    }


def _import(request: HttpRequest, form: ImportForm) -> HttpResponse:
    done = import_statement(
        **_asked(form),
        source=form.cleaned_data["source"],
        seen=form.cleaned_data["seen"],
        actor=cast(User, request.user),
        now=timezone.now(),
    )
    _say(request, done)
    inbox = reverse("admin:payments_moneyin_changelist")
    if done.batch is None:
        return redirect(inbox)
    return redirect(f"{inbox}?show=all&batch__id__exact={done.batch.pk}")


def _say(request: HttpRequest, done: Imported) -> None:
    lines = f"{done.new} new line{'' if done.new == 1 else 's'}"
    messages.success(request, f"Imported: {lines}, {done.recorded} recorded on bookings.")
    if done.waiting:
        messages.warning(request, f"{done.waiting} more will be recorded within minutes.")


def _asking(form: ImportForm, date: str) -> ImportForm:
    """Return the form that asks what a date means; the file's text is in it."""
    again = ImportForm({name: form.cleaned_data.get(name) or "" for name in form.fields})
    again.is_valid()
    again.add_error("date_order", f"“{date}” may be two days. Which comes first, month or day?")
    return again


def _form(request: HttpRequest, form: ImportForm) -> HttpResponse:
    return page(request, "import", title="Import", form=form)


def _preview(request: HttpRequest, form: ImportForm, plan: Plan) -> HttpResponse:
    recorded, waits = plan.of("recorded"), plan.of("inbox")
    carried = form.carried()
    carried.initial["seen"] = plan.digest
    return page(
        request,
        "preview",
        title="Import",
        form=carried,
        plan=plan,
        recorded=recorded,
        inbox=waits,
        known=plan.of("known"),
        does_something=bool(recorded or waits),
        recorded_total=sum(each.line.amount for each in recorded),
        inbox_total=sum(each.line.amount for each in waits),
    )
