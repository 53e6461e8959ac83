"""Lists: by cursor, so that page 1 of a million rows costs what page 1 of a thousand does."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import Field, Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

DEFAULT_LIMIT = 25
MAX_LIMIT = 100


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A place between two rows of a list, and the way to read from it."""

    ordering: str
    backwards: bool
    value: Any
    id: Any

    def encode(self) -> str:
        """Return the cursor as it stands in an address."""
        fields = [self.ordering, self.backwards, self.value, self.id]
        raw = json.dumps(fields, default=str, separators=(",", ":"))  # to the microsecond
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, model: type[Model]) -> "Cursor":
        """Return the cursor that `encode` wrote, its values checked against the model's fields.

        Raises:
            ValueError: this is none of our cursors.
        """
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        ordering, backwards, value, pk = json.loads(raw)
        field = cast("Field[Any, Any]", model._meta.get_field(str(ordering).lstrip("-")))
        return cls(
            ordering=ordering,
            backwards=bool(backwards),
            value=field.to_python(value),
            id=model._meta.pk.to_python(pk),
        )


class CursorPagination(BasePagination):
    """`?limit=&cursor=&ordering=` → `{next, previous, results}`.

    The newest come first. A view may allow other orderings in `ordering_fields`, of which the first
    is the default, descending: columns that are never null and share an index with `id`.
    """

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        """Return one page.

        Raises:
            ValidationError: limit, ordering or cursor is not one we can use.
        """
        self.url = request.build_absolute_uri()
        limit = _limit(request)
        self.ordering = _ordering(request, getattr(view, "ordering_fields", ("created_at",)))
        cursor = _cursor(request, queryset.model, self.ordering)
        rows = list(_from(queryset, self.ordering, cursor)[: limit + 1])
        self.page, more = rows[:limit], len(rows) > limit
        if cursor and cursor.backwards:
            self.page.reverse()
            self.has_previous, self.has_next = more, True
        else:
            self.has_previous, self.has_next = cursor is not None, more
        return self.page

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with the addresses of its neighbors."""
        return Response(
            {
                "next": self._link(-1, backwards=False) if self.has_next else None,
                "previous": self._link(0, backwards=True) if self.has_previous else None,
                "results": data,
            }
        )

    def _link(self, index: int, *, backwards: bool) -> str:
        if not self.page:
            return str(remove_query_param(self.url, "cursor"))
        row = self.page[index]
        value = getattr(row, self.ordering.lstrip("-"))
        cursor = Cursor(ordering=self.ordering, backwards=backwards, value=value, id=row.pk)
        return str(replace_query_param(self.url, "cursor", cursor.encode()))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the page for the OpenAPI schema."""
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the query parameters for the OpenAPI schema."""
        fields = getattr(view, "ordering_fields", ("created_at",))
        orderings = [sign + field for field in fields for sign in ("-", "")]
        return [
            _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}),
            _parameter("cursor", {"type": "string"}),
            _parameter("ordering", {"type": "string", "enum": orderings}),
        ]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _refuse(attr: str, detail: str) -> NoReturn:
    raise ValidationError({attr: [detail]})


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_LIMIT):
        _refuse("limit", f"Must be a number from 1 to {MAX_LIMIT}.")
    return int(text)


def _ordering(request: Request, allowed: tuple[str, ...]) -> str:
    ordering = request.query_params.get("ordering", f"-{allowed[0]}")
    if ordering.removeprefix("-") not in allowed:
        _refuse("ordering", f"Must be one of {', '.join(allowed)}, with a - for descending.")
    return ordering


def _cursor(request: Request, model: type[Model], ordering: str) -> Cursor | None:
    text = request.query_params.get("cursor")
    if not text:
        return None
    try:
        cursor = Cursor.decode(text, model)
    except (ValueError, TypeError, binascii.Error, InvalidValue, LookupError):
        _refuse("cursor", "Not a cursor of this list.")
    if cursor.ordering != ordering:
        _refuse("cursor", "This cursor belongs to another ordering.")
    return cursor


def _from(queryset: QuerySet[Any], ordering: str, cursor: Cursor | None) -> QuerySet[Any]:
    field = ordering.removeprefix("-")
    descending = ordering.startswith("-") != bool(cursor and cursor.backwards)
    sign, side = ("-", "lt") if descending else ("", "gt")
    if cursor:
        # The first condition is what an index on (field, id) starts reading at.
        queryset = queryset.filter(
            Q(**{f"{field}__{side}e": cursor.value}),
            Q(**{f"{field}__{side}": cursor.value}) | Q(**{f"pk__{side}": cursor.id}),
        )
    return queryset.order_by(f"{sign}{field}", f"{sign}pk")
