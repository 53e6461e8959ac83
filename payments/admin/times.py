"""Moments in the venue's time, short enough for a list."""

from datetime import datetime

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from myhibachi.core.admin.columns import Column
from payments.admin.links import NOTHING


def when_column(field: str, *, label: str) -> Column:
    """Return a column that sorts by a moment and shows it as `short` does."""

    @admin.display(description=label, ordering=field)
    def column(obj: object) -> SafeString:
        return short(getattr(obj, field))

    column.__name__ = f"{field}_when"
    return column


def short(moment: datetime | None) -> SafeString:
    """Return "Nov 22, 3:56 PM", with the year instead of the time once that is over."""
    if moment is None:
        return NOTHING
    local = timezone.localtime(moment)
    is_this_year = local.year == timezone.localdate().year
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        date_format(local, "DATETIME_FORMAT"),
        date_format(local, "M j, g:i A" if is_this_year else "M j, Y"),
    )
