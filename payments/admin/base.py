from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from myhibachi.core.admin import ReadOnlyAdmin
from myhibachi.core.admin.columns import Column
from payments.admin.search import Search

Field = str | Column
# A heading, and the fields below it; fields in a tuple of their own share a line.
Section = tuple[str | None, Sequence[Field | tuple[Field, ...]]]


class StripeAdmin(ReadOnlyAdmin):
    """A table about Stripe or money, to look at: one page of `sections` for each row."""

    sections: ClassVar[Sequence[Section]] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(heading, {"fields": fields}) for heading, fields in self.sections]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        lines = [line for _heading, fields in self.sections for line in fields]
        return [f for line in lines for f in (line if isinstance(line, tuple) else (line,))]


class MoneyAdmin(StripeAdmin):
    """A table of money; its search box understands what `Search` does."""

    search: Search
    # Django shows the box where this is not empty; `get_search_results` does the search.
    search_fields = ("pk",)
    search_help_text = (
        "Booking reference, customer's name, email or phone, Stripe id, or exact amount."
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(self.search.matching(search_term)), False
