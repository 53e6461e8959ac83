"""What staff add to a bill, typed one a line: "Birthday discount -50.00"."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from bookings.pricing import Line
from bookings.services.quotes import adjustment
from myhibachi.core.money import dollars_to_cents

# "2 x Extra chef 150.00", "Birthday discount -$50"; the sign may be a typographer's.
LINE = re.compile(
    r"(?:(?P<quantity>\d{1,3})\s*[x×]\s*)?(?P<label>\S.{0,99}?)\s+"
    r"(?P<sign>[-−]?)\$?(?P<dollars>\d{1,3}(?:,\d{3})+|\d{1,6})(?P<cents>\.\d\d)?"
)


class AdjustmentsField(forms.CharField):
    """A text area that reads and shows extra lines."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            widget=forms.Textarea(attrs={"rows": 3, "cols": 40}),
            help_text="One a line, in dollars: “Birthday discount -50.00”, “2 x Extra chef 150”.",
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """Return stored lines as text."""
        return "\n".join(map(_text, value)) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether another text was sent."""
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value: Any) -> tuple[Line, ...]:
        """Return the lines.

        Raises:
            ValidationError: one is not a name and an amount.
        """
        lines = [line.strip() for line in super().clean(value).splitlines()]
        return tuple(_line(line) for line in lines if line)


def _line(text: str) -> Line:
    found = LINE.fullmatch(text)
    if not found:
        raise ValidationError(
            f"“{text}” is not a name and an amount, such as “Birthday discount -50.00”."
        )
    dollars = Decimal(found["dollars"].replace(",", "") + (found["cents"] or ""))
    sign = -1 if found["sign"] else 1
    return adjustment(
        label=found["label"],
        quantity=int(found["quantity"] or 1),
        unit_amount=sign * dollars_to_cents(dollars),
    )


def _text(line: dict[str, Any]) -> str:
    times = "" if line["quantity"] == 1 else f"{line['quantity']} x "
    return f"{times}{line['label']} {Decimal(line['unit_amount']).scaleb(-2)}"
