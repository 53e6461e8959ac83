"""What our lists add to Django's: which filters are on, and a label on each cell for the phone."""

from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

from django import template
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from myhibachi.core.admin.ranges import RangeFilter

register = template.Library()


@register.simple_tag
def active_filters(changelist: Any) -> list[dict[str, str]]:
    """Return the filters that leave something out: what each says, and the list without it."""
    asked = dict(changelist.get_filters_params())
    found = []
    for spec in changelist.filter_specs:
        names = [name for name in spec.expected_parameters() if name in asked]
        if names:
            found.append((capfirst(spec.title), _in_words(spec, changelist), names))
        for name in names:
            del asked[name]
    # What a link from another page asks for, and none of the filters offers.
    found += [(name.replace("_", " "), ", ".join(values), [name]) for name, values in asked.items()]
    return [
        {
            "title": title,
            "text": text,
            "without": changelist.get_query_string(dict.fromkeys(names)),
        }
        for title, text, names in found
    ]


def _in_words(spec: Any, changelist: Any) -> str:
    if isinstance(spec, RangeFilter):
        return spec.error or spec.in_words
    chosen = (each["display"] for each in spec.choices(changelist) if each["selected"])
    return ", ".join(map(str, chosen))


@register.filter
def labeled(cells: Any, headers: list[dict[str, Any]]) -> Iterator[SafeString]:
    """Yield a row's cells, each with its column's heading in `data-label`."""
    headings = (capfirst(strip_tags(str(header["text"]))) for header in headers)
    for cell, heading in zip(cells, chain(headings, repeat("")), strict=False):
        # Django's cells begin with "<td" or "<th" and are safe, which a part of one is not.
        label = format_html(' data-label="{}"', heading)
        yield SafeString(f"{cell[:3]}{label}{cell[3:]}")
