"""Add-ons and proteins, typed one a line: "2 lobster"."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from bookings.pricing import Item

LINE = re.compile(r"(\d{1,3})\s*[x×]?\s+(\S.*)")


class ItemsField(forms.CharField):
    """A text area that reads and shows items."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, widget=forms.Textarea(attrs={"rows": 4, "cols": 30}), **options
        )

    def prepare_value(self, value: Any) -> Any:
        """Return stored items as text."""
        if not isinstance(value, list):
            return value
        return "\n".join(f"{item['quantity']} {item['code']}" for item in value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether another text was sent."""
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> tuple[Item, ...]:
        """Return the items.

        Raises:
            ValidationError: a line is not a number and a name.
        """
        lines = [line.strip() for line in super().clean(value).splitlines()]
        return tuple(_item(line) for line in lines if line)


def _item(line: str) -> Item:
    match = LINE.fullmatch(line)
    if not match:
        raise ValidationError(f"“{line}” is not a number and a name, such as “2 lobster”.")
    return Item(code=match[2].lower().replace(" ", "_"), quantity=int(match[1]))
