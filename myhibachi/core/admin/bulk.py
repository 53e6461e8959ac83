"""What is done to many rows at once: asked about first, then each by itself, and told."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from myhibachi.core.errors import DomainError

# As many as somebody reads before they agree; each is a transaction of its own.
MOST = 100
CONFIRMED = "confirmed"


def ask_then_do(
    page: admin.ModelAdmin,  # type: ignore[type-arg]  # not generic at run time
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    do: Callable[[Any], object],
    question: str,
    button: str,
    done: str,
) -> TemplateResponse | None:
    """Return a page that asks; once it was agreed to, do it, say what was done, and return None.

    Args:
        do: a service's call for one row; what it refuses is said, and the others go on.
        question: what will happen to the rows below it.
        done: how a row is called afterwards: "3 withdrawn".
    """
    rows = list(queryset[: MOST + 1])
    if len(rows) > MOST:
        page.message_user(request, f"Choose {MOST} or fewer at once.", messages.ERROR)
        return None
    if CONFIRMED in request.POST:
        do_each(page, request, rows, do=do, done=done)
        return None
    context = {
        **page.admin_site.each_context(request),
        "title": button,
        "opts": page.opts,
        "question": question,
        "button": button,
        "rows": rows,
        "action": request.POST["action"],
        "checkbox": ACTION_CHECKBOX_NAME,
        "confirmed": CONFIRMED,
    }
    return TemplateResponse(request, "admin/ask_about_rows.html", context)


def do_each(
    page: admin.ModelAdmin,  # type: ignore[type-arg]  # not generic at run time
    request: HttpRequest,
    rows: Any,
    *,
    do: Callable[[Any], object],
    done: str,
) -> None:
    """Do it to each row, and say how many it was done to and which were refused, and why."""
    count = 0
    for row in rows:
        try:
            do(row)
            count += 1
        except DomainError as error:
            page.message_user(request, f"{row}: {error.detail}", messages.ERROR)
    if count:
        page.message_user(request, f"{count} {done}.", messages.SUCCESS)
