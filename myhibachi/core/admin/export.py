"""A list as a CSV file: with its search, filters and order, however long it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain, islice
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from myhibachi.core import audit
from myhibachi.core.admin.paginator import CappedPaginator
from myhibachi.core.csv_text import cell, in_pieces, written

PERMISSION = "customers.export_lists"
CHUNK = 1000

ExportColumns = Mapping[str, Callable[[Any], object]]


class ExportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """A list that can be exported by who may.

    Attributes:
        export_columns: the file's headings, each with what returns a row's value: plain, not HTML.
        export_without: bulky fields that no column reads; of a joined table as "booking__lines".
    """

    export_columns: ClassVar[ExportColumns] = {}
    export_without: ClassVar[tuple[str, ...]] = ()

    def prepare_export(self, rows: list[Any]) -> None:
        """Add what the columns need to some rows at once, in queries of their own."""

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.export_view)
        own = [path("export.csv", page, name=self._export_name)] if self.export_columns else []
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        offered = self.export_columns and request.user.has_perm(PERMISSION)
        url = reverse(f"admin:{self._export_name}") if offered else None
        return super().changelist_view(request, {"export_url": url, **(extra_context or {})})

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Send what the list shows for the same address, all pages of it; note who asked for it."""
        if not (request.user.has_perm(PERMISSION) and self.has_view_permission(request)):
            raise PermissionDenied
        try:
            found = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            # As Django does where an address makes no sense.
            return redirect(f"{self._list_url()}?{ERROR_FLAG}=1")
        self._note(request, found.result_count)
        name = str(self.opts.verbose_name_plural).replace(" ", "-")
        return StreamingHttpResponse(
            in_pieces(written(chain([self.export_columns], self._cells(found.queryset)))),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}-{timezone.localdate()}.csv"',
                "Cache-Control": "no-store",
            },
        )

    @property
    def _export_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_export_list"

    def _list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _note(self, request: HttpRequest, count: int) -> None:
        actor = cast(Model, request.user)
        # The log outlives what somebody searched for: a name, an email.
        filters = {name: request.GET.getlist(name) for name in request.GET if name != SEARCH_VAR}
        audit.record(
            "list.exported",
            actor,
            actor=actor,
            list=self.opts.label_lower,
            filters=filters,
            searched=SEARCH_VAR in request.GET,
            # The list itself counts no further.
            rows=count if count < CappedPaginator.CAP else f"{count} or more",
        )

    def _cells(self, queryset: Any) -> Iterator[Iterable[str]]:
        # A cursor of the server's: neither side keeps the whole list in memory.
        rows = queryset.defer(*self.export_without).iterator(chunk_size=CHUNK)
        while some := list(islice(rows, CHUNK)):
            self.prepare_export(some)
            for row in some:
                yield (cell(value(row)) for value in self.export_columns.values())


def attribute(path: str) -> Callable[[Any], object]:
    """Return what reads "payment.booking.reference" of a row; None where one of them is."""

    def read(row: Any) -> object:
        for name in path.split("."):
            row = None if row is None else getattr(row, name)
        return row

    return read


def attributes(*paths: str) -> dict[str, Callable[[Any], object]]:
    """Return columns that are named as the attributes they read."""
    return {path: attribute(path) for path in paths}


def dollars_of(path: str) -> Callable[[Any], object]:
    """Return what reads an attribute in cents, as dollars with two decimals."""
    cents = attribute(path)

    def read(row: Any) -> Decimal | None:
        amount: Any = cents(row)
        return None if amount is None else Decimal(amount).scaleb(-2)

    return read
