"""What lists of audit entries show of each."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from myhibachi.core.admin.audit_words import changes_in_words, title_of
from myhibachi.core.models import AuditEntry

NOBODY = "Stripe or the clock"
# A list shows so many values of an entry, its own page all.
MOST = 4
# An object is known by the end of its id: they begin with the time, so alike.
TAIL = 8

Named = dict[tuple[str, str], SafeString]


@admin.display(description="when", ordering="at")
def when(entry: AuditEntry) -> SafeString:
    """Show the local day and time, one below the other."""
    local = timezone.localtime(entry.at)
    day, time = date_format(local, "M j, Y"), date_format(local, "g:i A T")
    return format_html('<time datetime="{}">{}<br>{}</time>', local.isoformat(), day, time)


@admin.display(description="what", ordering="action")
def what(entry: AuditEntry) -> SafeString:
    """Show what was done; the action itself where the mouse rests."""
    return format_html('<span title="{}">{}</span>', entry.action, title_of(entry.action))


@admin.display(description="who")
def who(entry: AuditEntry) -> SafeString:
    """Show who did it."""
    actor: Any = entry.actor
    if actor is None:
        return format_html('<span class="quiet">{}</span>', NOBODY)
    return format_html('<span title="{}">{}</span>', actor.email, actor.get_full_name() or actor)


def changes_list(entry: AuditEntry, *, most: int | None = None) -> SafeString:
    """Show each value that an entry keeps, the old one and the new."""
    found = list(changes_in_words(entry.changes))
    lines = [
        format_html(
            "<li><b>{}</b> {}{}</li>",
            change.label,
            format_html("<del>{}</del> → ", change.old) if change.old is not None else "",
            change.new,
        )
        for change in found[:most]
    ]
    if most and len(found) > most:
        lines.append(format_html("<li>… and {} more</li>", len(found) - most))
    if not lines:
        return SafeString("")
    return format_html(
        '<ul class="changes">{}</ul>', format_html_join("", "{}", ((x,) for x in lines))
    )


@admin.display(description="what changed")
def changed(entry: AuditEntry) -> SafeString:
    """Show what changed, as far as a list has room."""
    return changes_list(entry, most=MOST)


@admin.display(description="what changed")
def all_changed(entry: AuditEntry) -> SafeString:
    """Show all that changed."""
    return changes_list(entry) or mark_safe("–")  # a literal


def named_objects(entries: Iterable[AuditEntry], request: HttpRequest) -> Named:
    """Return what entries are about, by type and id: a link, where this person may see it.

    One query for each type of object on the page, however many entries there are.
    """
    ids: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        ids[entry.object_type].add(entry.object_id)
    return {
        (kind, pk): name
        for kind, wanted in ids.items()
        for pk, name in _names(kind, wanted, request).items()
    }


def _names(kind: str, ids: set[str], request: HttpRequest) -> dict[str, SafeString]:
    try:
        model = apps.get_model(kind)
    except LookupError:  # of a version before
        return {pk: format_html("{} …{}", kind, pk[-TAIL:]) for pk in ids}
    page = admin.site._registry.get(model)
    is_open = page is not None and page.has_view_permission(request)
    # What it is called may take what it hangs on.
    known = model._base_manager.select_related().in_bulk(ids) if is_open else {}
    found = {str(pk): str(obj) for pk, obj in known.items()}
    return {pk: _name(model, pk, found.get(pk)) for pk in ids}


def _name(model: Any, pk: str, name: str | None) -> SafeString:
    kind = str(model._meta.verbose_name)
    if name is None:
        return format_html("{} …{}", kind, pk[-TAIL:])
    try:
        address = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[pk])
    except NoReverseMatch:
        return format_html("{} {}", kind, name)
    return format_html('<span class="kind">{}</span> <a href="{}">{}</a>', kind, address, name)
