"""Filters of a list by a range: from one day to another, from one amount to another.

Each is a small form in Django's own filters, which keeps whatever else the list is asked for. What
can't be understood filters nothing, and says so.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from myhibachi.core.admin.presets import CREATED, Preset
from myhibachi.core.money import format_cents, typed_cents


class RangeFilter(admin.FieldListFilter):
    """What every range does; a subclass reads one end of it and says it in words.

    Attributes:
        name: the parameter's name in the address; the field's where it is left out.
        heading: its heading; the field's name where it is left out.
    """

    template = "admin/range_filter.html"
    name: ClassVar[str] = ""
    heading: ClassVar[str] = ""
    input_type: ClassVar[str] = "text"
    presets: ClassVar[Mapping[str, Preset]] = {}

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: Any, model_admin: Any,
        field_path: str,
    ) -> None:  # fmt: skip
        base = self.name or field_path
        self.preset_name, self.from_name, self.to_name = base, f"{base}_from", f"{base}_to"
        super().__init__(field, request, params, model, model_admin, field_path)
        self.title = self.heading or self.title
        # The last one counts, as it does for Django's own filters.
        used: dict[str, Any] = self.used_parameters
        asked = {key: str(values[-1]).strip() for key, values in used.items()}
        self.preset = asked.get(self.preset_name, "")
        self.from_text, self.to_text = asked.get(self.from_name, ""), asked.get(self.to_name, "")
        self.error = ""
        self.start, self.end = self._read()

    def read(self, text: str) -> Any:
        """Return one end of the range.

        Raises:
            ValueError: it is none; the message says so.
        """
        raise NotImplementedError

    def words(self, end: Any) -> str:
        """Return one end of the range as people say it."""
        raise NotImplementedError

    def condition(self, start: Any, end: Any) -> Q:
        """Return what a row must meet; an end that is None is open."""
        since = Q() if start is None else Q(**{f"{self.field_path}__gte": start})
        return since if end is None else since & Q(**{f"{self.field_path}__lte": end})

    def expected_parameters(self) -> list[str | None]:
        return [self.preset_name, self.from_name, self.to_name]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(self.condition(self.start, self.end))

    def choices(self, changelist: Any) -> Any:
        """Yield the presets; keep what the form has to send along."""
        mine = dict.fromkeys((self.preset_name, self.from_name, self.to_name))
        self.kept = [
            (name, value)
            for name, values in changelist.filter_params.items()
            for value in values
            if name not in mine
        ]
        chosen = self.preset if self.is_narrowed and not self.is_typed else ""
        yield {
            "selected": not self.is_narrowed,
            "query_string": changelist.get_query_string(mine),
            "display": "Any",
        }
        for key, preset in self.presets.items():
            yield {
                "selected": key == chosen,
                "query_string": changelist.get_query_string(mine | {self.preset_name: key}),
                "display": preset.label,
            }

    @property
    def is_typed(self) -> bool:
        """Whether somebody typed an end of it; a preset then counts for nothing."""
        return bool(self.from_text or self.to_text)

    @property
    def is_narrowed(self) -> bool:
        """Whether it leaves anything out."""
        return self.start is not None or self.end is not None

    @property
    def in_words(self) -> str:
        """What it leaves, for the line above the list."""
        if not self.is_typed and self.preset in self.presets:
            return self.presets[self.preset].label
        start, end = (None if each is None else self.words(each) for each in (self.start, self.end))
        if start and end:
            return start if start == end else f"{start} to {end}"
        return f"from {start}" if start else f"up to {end}"

    def _read(self) -> tuple[Any, Any]:
        try:
            if not self.is_typed:
                return self._of_preset()
            start, end = (
                self.read(text) if text else None for text in (self.from_text, self.to_text)
            )
            if start is not None and end is not None and start > end:
                raise ValueError(f"{self.words(start)} is beyond {self.words(end)}.")
        except ValueError as error:
            self.error = str(error)
            return None, None
        return start, end

    def _of_preset(self) -> tuple[Any, Any]:
        if not self.preset:
            return None, None
        if self.preset not in self.presets:
            raise ValueError(f"“{self.preset}” is none of these.")
        return self.presets[self.preset].days(timezone.localdate())


class DateRangeFilter(RangeFilter):
    """Days at the venue, both ends included; of a date or of a moment."""

    input_type = "date"
    presets = CREATED
    FIRST, LAST = dt.date(2000, 1, 1), dt.date(2199, 12, 31)

    def read(self, text: str) -> dt.date:
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"“{text}” is no date. Write it as 2026-01-31.") from None
        if not self.FIRST <= day <= self.LAST:
            raise ValueError(f"{day.isoformat()} is not within {self.FIRST} and {self.LAST}.")
        return day

    def words(self, end: dt.date) -> str:
        return date_format(end, "M j, Y")

    def condition(self, start: dt.date | None, end: dt.date | None) -> Q:
        if self.field.get_internal_type() == "DateField":
            return super().condition(start, end)
        since = Q(**{f"{self.field_path}__gte": midnight(start)}) if start else Q()
        if end is None:
            return since
        return since & Q(**{f"{self.field_path}__lt": midnight(end + dt.timedelta(days=1))})


class MoneyRangeFilter(RangeFilter):
    """Amounts in dollars, both ends included; of a column in cents."""

    heading = "amount"

    def read(self, text: str) -> int:
        cents = typed_cents(text)
        if cents is None:
            raise ValueError(f"“{text}” is no amount. Write dollars: 125 or 1,250.50.")
        return cents

    def words(self, end: int) -> str:
        return format_cents(end)


def midnight(day: dt.date) -> dt.datetime:
    """Return when a day begins at the venue."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
