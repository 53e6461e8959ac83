"""The add-ons of a rule book, one a row. Plain HTML: there are always a few rows to fill."""

from itertools import count, takewhile
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookings.admin.rulebook_fields import DollarsField, as_code, cents

PARTS = ("label", "price", "code", "remove")
EMPTY_ROWS = 3
LONGEST_LABEL = 60
HEAD = ("Row", "Add-on", "Price", "Code", "Remove")
DOLLARS = DollarsField()
# What a bill calls its other lines (`bookings.pricing`).
TAKEN = (
    "adult", "child", "toddler", "order_minimum", "travel", "tax", "reschedule_fee",
    "goodwill_refund",
)  # fmt: skip

# What was typed in one row, by part.
Row = dict[str, Any]


class AddOnsWidget(forms.Widget):
    """A table of add-ons, with empty rows at its end."""

    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        """Return the rows in which something was typed, as they are numbered when shown again."""
        sent = takewhile(lambda number: f"{name}-{number}-label" in data, count())
        rows = [
            {part: data.get(f"{name}-{number}-{part}", "").strip() for part in PARTS}
            for number in sent
        ]
        return [row for row in rows if any(row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Return whether the form had no such table."""
        return f"{name}-0-label" not in data

    def id_for_label(self, id_: str) -> str:
        """Return the first input, for what is said about the field as a whole."""
        return f"{id_}-0-label"

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the table."""
        rows = [*(value or []), *({} for _ in range(EMPTY_ROWS))]
        head = format_html_join("", '<th scope="col">{}</th>', ((text,) for text in HEAD))
        return format_html(
            '<div class="add-ons"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
            head,
            format_html_join("", "{}", ((_row(name, *each),) for each in enumerate(rows))),
        )


class AddOnsField(forms.Field):
    """`[{"code", "label", "price"}]`, price in cents; a new row's code comes from its name."""

    widget = AddOnsWidget

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        """Return the rows that are filled and not to be removed.

        Raises:
            ValidationError: one for each row that can't be read.
        """
        read, errors = [], []
        for number, row in enumerate(value or [], start=1):
            try:
                read += _read(row)
            except ValidationError as error:
                errors.append(f"Row {number}: {error.messages[0]}")
        known = [item["code"] for item in read]
        twice = sorted({code for code in known if known.count(code) > 1})
        errors += [f"The code “{code}” is there twice." for code in twice]
        if errors:
            raise ValidationError(errors)
        return read


def _read(row: Row) -> list[dict[str, Any]]:
    if row.get("remove"):
        return []
    label, code, price = row["label"], row["code"], row["price"]
    if not 0 < len(label) <= LONGEST_LABEL:
        raise ValidationError(f"a name of at most {LONGEST_LABEL} letters.")
    if price == "":
        raise ValidationError(f"the price of “{label}”.")
    code = as_code(code or label)
    if code in TAKEN:
        raise ValidationError(f"the code “{code}” is another line of the bill: choose another.")
    # A price is an integer in a rule book, and text in a form.
    amount = price if isinstance(price, int) else cents(price)
    return [{"code": code, "label": label, "price": amount}]


def _row(name: str, number: int, row: Row) -> SafeString:
    said = row.get("label") or f"Row {number + 1}"
    price = DOLLARS.prepare_value(row.get("price", ""))
    return format_html(
        '<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>',
        number + 1,
        _input(name, number, "label", row.get("label", ""), f"Row {number + 1}: add-on"),
        DOLLARS.widget.render(
            f"{name}-{number}-price",
            price,
            {"id": f"id_{name}-{number}-price", "aria-label": f"{said}: price in dollars"},
        ),
        _input(name, number, "code", row.get("code", ""), f"{said}: code"),
        _remove(name, number, row, said),
    )


def _input(name: str, number: int, part: str, value: str, said: str) -> SafeString:
    attrs = {"id": f"id_{name}-{number}-{part}", "aria-label": said, "size": 18}
    if part == "code":
        attrs["placeholder"] = "from the name"
    return forms.TextInput().render(f"{name}-{number}-{part}", value, attrs)


def _remove(name: str, number: int, row: Row, said: str) -> SafeString:
    if not row:
        return SafeString("")
    attrs = {"id": f"id_{name}-{number}-remove", "aria-label": f"{said}: remove"}
    box = forms.CheckboxInput().render(f"{name}-{number}-remove", bool(row.get("remove")), attrs)
    return SafeString(box)
