"""What the rule book's form is made of: amounts as people type them, stored exactly."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.admin.rulebook_words import codes, percent
from myhibachi.core.money import dollars_to_cents

DOLLARS = re.compile(r"\$?\s*(\d{1,8}|\d{1,3}(?:,\d{3}){1,2})(\.\d{1,2})?")
PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*%?")
TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*([ap]\.?m\.?)?", re.IGNORECASE)
MOST_CENTS = 2_147_483_647  # PostgreSQL's integer


class Measure(forms.NumberInput):
    """A number between what stands before and after it, such as "$" or "hours before"."""

    def __init__(self, *, before: str = "", after: str = "", typed: str = "number") -> None:
        super().__init__(attrs={"size": 10})
        self.input_type = typed
        if typed == "text":
            self.attrs["inputmode"] = "decimal"
        self.before, self.after = before, after

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the input and its unit."""
        return format_html(
            '<span class="measure">{}{}{}</span>',
            _unit(self.before),
            super().render(name, value, attrs, renderer),
            _unit(self.after),
        )


class DollarsField(forms.IntegerField):
    """Cents, typed and shown in dollars."""

    def __init__(self, **options: Any) -> None:
        widget = Measure(before="$", typed="text")
        super().__init__(**options | {"widget": widget, "min_value": None})

    def prepare_value(self, value: Any) -> Any:
        """Return cents as dollars; what was typed as it was."""
        return f"{Decimal(value).scaleb(-2):.2f}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        """Return cents.

        Raises:
            ValidationError: this is no amount of dollars and cents.
        """
        return None if value in self.empty_values else cents(str(value))


class PercentField(forms.IntegerField):
    """Basis points, typed and shown as a percentage."""

    def __init__(self, **options: Any) -> None:
        widget = Measure(after="%", typed="text")
        super().__init__(**options | {"widget": widget, "min_value": None})

    def prepare_value(self, value: Any) -> Any:
        """Return basis points as a percentage; what was typed as it was."""
        return percent(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        """Return basis points.

        Raises:
            ValidationError: this is no percentage.
        """
        if value in self.empty_values:
            return None
        match = PERCENT.fullmatch(str(value).strip())
        points = dollars_to_cents(Decimal(match[1])) if match else -1
        if not 0 <= points <= 10_000:
            raise ValidationError("A percentage from 0 to 100, such as 8.25.")
        return points


class ListField(forms.CharField):
    """A list, typed with commas or one a line.

    Args:
        one: reads one of its values; raises ValidationError where it can't.
        show: writes the list.
    """

    def __init__(
        self,
        *,
        one: Callable[[str], Any],
        show: Callable[[list[Any]], str] = codes,
        ordered: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 2, "cols": 40}), **options)
        self._one, self._show, self._ordered = one, show, ordered

    def prepare_value(self, value: Any) -> Any:
        """Return the list as text; what was typed as it was."""
        return self._show(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the list.

        Raises:
            ValidationError: a value can't be read, or stands there twice.
        """
        words = [word.strip() for word in re.split(r"[,;\n]", str(value or ""))]
        values = [self._one(word) for word in words if word]
        for each in values:
            if values.count(each) > 1:
                raise ValidationError(f"“{self._show([each])}” is there twice.")
        return sorted(values) if self._ordered else values


def cents(text: str) -> int:
    """Return an amount of dollars in cents.

    Raises:
        ValidationError: this is no amount of dollars and cents.
    """
    match = DOLLARS.fullmatch(text.strip())
    amount = dollars_to_cents(Decimal(match[0].lstrip("$ ").replace(",", ""))) if match else -1
    if not 0 <= amount <= MOST_CENTS:
        raise ValidationError("Dollars and cents, such as 55.00.")
    return amount


def as_code(text: str) -> str:
    """Return what a protein or an add-on is called inside: "Filet mignon" is `filet_mignon`.

    Raises:
        ValidationError: nothing is left, or it is too long.
    """
    code = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", code):
        raise ValidationError(f"“{text}” is not a name: a letter first, at most 40 in all.")
    return code


def as_time(text: str) -> str:
    """Return a time of day as "18:00"; "6 pm" is understood.

    Raises:
        ValidationError: there is no such time.
    """
    match = TIME.fullmatch(text)
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (24, 0)
    half = match[3][0].lower() if match and match[3] else ""
    if half and not 1 <= hour <= 12:
        hour = 24
    elif half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif match and not match[2]:
        hour = 24  # "6" may be either
    try:
        return f"{dt.time(hour, minute):%H:%M}"
    except ValueError:
        raise ValidationError(f"“{text}” is not a time such as 18:00 or 6 pm.") from None


def as_whole_percent(text: str) -> int:
    """Return a whole percentage.

    Raises:
        ValidationError: it is not one from 0 to 100.
    """
    match = re.fullmatch(r"(\d{1,3})\s*%?", text)
    if not match or int(match[1]) > 100:
        raise ValidationError(f"“{text}” is not a whole percentage from 0 to 100.")
    return int(match[1])


def _unit(word: str) -> SafeString:
    return format_html('<span class="unit">{}</span>', word) if word else SafeString("")
