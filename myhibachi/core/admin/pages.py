from typing import Any

from django.contrib import admin
from django.db.models import ForeignKey
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from myhibachi.core.admin.export import ExportAdmin
from myhibachi.core.admin.history import history_page
from myhibachi.core.admin.paginator import CappedPaginator
from myhibachi.core.admin.search_box import SearchBox


class HouseAdmin(ExportAdmin):
    """Our admin page: nothing is deleted, lists are cheap, saving goes through a service.

    A subclass that can be saved overrides `save_model` with one service call.
    """

    show_full_result_count = False
    # Facets would count the whole table, once for each choice of each filter.
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    actions: Any = None
    empty_value_display = "–"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = SearchBox(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_paginator(
        self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any
    ) -> CappedPaginator:
        """Return what turns the pages of a list, of a box to choose from, or of a history."""
        pages = CappedPaginator(queryset, *args, **kwargs)
        if queryset.model is self.model:
            pages.every_row = self.get_queryset(request)
        return pages

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what the audit log has of an object: Django's own log knows no service."""
        return history_page(self, request, object_id, extra_context)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(HouseAdmin):
    """A page to look at: what it shows is written elsewhere."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
