"""What the pages that do something with one refund have in common: a form, then a question."""

from collections.abc import Iterable
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from payments.models import Refund


def find(request: HttpRequest, refund_id: UUID, *, permission: str) -> Refund:
    """Return a refund with all that its pages show; refuse who may not."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
    shown = ("payment__booking", "payment__customer", "requested_by", "decided_by")
    return get_object_or_404(Refund.objects.select_related(*shown), pk=refund_id)


def page(
    request: HttpRequest,
    refund: Refund,
    *,
    title: str,
    form: forms.Form | None = None,
    question: str = "",
    said: Iterable[str] = (),
    yes: str = "",
    nothing: str = "",
) -> HttpResponse:
    """Render the form; or the question, where there is one; or why there is nothing to do.

    Args:
        said: what follows from a yes, a paragraph each.
        yes: what the button of the question says.
    """
    context = {
        **admin.site.each_context(request),
        "title": title,
        "opts": Refund._meta,
        "refund": refund,
        "payment": refund.payment,
        "why": ": ".join(filter(None, (refund.reason.replace("_", " "), refund.notes))),
        "form": form,
        "question": question,
        "said": said,
        "yes": yes,
        "nothing": nothing,
    }
    return render(request, "admin/payments/refund/action.html", context)


def back_to(refund: Refund) -> HttpResponse:
    """Return to the refund's own page."""
    return redirect("admin:payments_refund_change", refund.pk)
