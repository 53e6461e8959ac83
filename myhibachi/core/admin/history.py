"""An object's history: its entries of the audit log, in the place of Django's own."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from myhibachi.core.admin.audit_cells import changes_list
from myhibachi.core.admin.audit_words import title_of
from myhibachi.core.models import AuditEntry

PER_PAGE = 50


def history_page(
    page: Any, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None
) -> HttpResponse:
    """Return what has been done to an object, the newest first.

    Args:
        page: the `ModelAdmin` of the object.

    Raises:
        PermissionDenied: this person may see the object or the audit log not.
    """
    obj = page.get_object(request, unquote(object_id))
    if obj is None:
        return page._get_obj_does_not_exist_redirect(  # type: ignore[no-any-return]
            request, page.opts, object_id
        )
    may_read = request.user.has_perm("core.view_auditentry")
    if not may_read or not page.has_view_or_change_permission(request, obj):
        raise PermissionDenied
    kind = obj._meta.label_lower
    entries = AuditEntry.objects.filter(object_type=kind, object_id=str(obj.pk))
    ordered = entries.select_related("actor").order_by("-at", "-pk")
    shown = page.get_paginator(request, ordered, PER_PAGE).get_page(request.GET.get(PAGE_VAR, 1))
    context = {
        **page.admin_site.each_context(request),
        "title": f"History of {obj}",
        "rows": [_row(entry) for entry in shown],
        "page": shown,
        "page_var": PAGE_VAR,
        "module_name": capfirst(str(page.opts.verbose_name_plural)),
        "object": obj,
        "opts": page.opts,
        **(extra_context or {}),
    }
    request.current_app = page.admin_site.name
    return TemplateResponse(request, "admin/object_history.html", context)


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {"entry": entry, "title": title_of(entry.action), "changes": changes_list(entry)}
