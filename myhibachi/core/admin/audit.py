"""The audit log: who did what to which object, searched and filtered by indexes alone."""

import re
from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from myhibachi.core.admin import audit_cells
from myhibachi.core.admin.audit_words import FAMILIES, title_of
from myhibachi.core.admin.pages import ReadOnlyAdmin
from myhibachi.core.admin.ranges import DateRangeFilter
from myhibachi.core.models import AuditEntry, family

REFERENCE = re.compile(r"[A-Z]-[A-Z0-9]{7}")
ACTION = re.compile(r"[a-z_]+[. ][a-z_ ]+")
# Who is found by a reference, and who by an email. As the menu does, this floor names the tables
# above it without knowing them.
BY_REFERENCE = ("bookings.Booking", "bookings.Quote")
BY_EMAIL = ("customers.User", "customers.Customer")


class FamilyFilter(admin.SimpleListFilter):
    """What the action was about."""

    title = "what"
    parameter_name = "family"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(FAMILIES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.alias(family=family()).filter(family=chosen) if chosen else queryset


class WhoFilter(admin.SimpleListFilter):
    """Who did it: each of the staff, or nobody."""

    title = "who"
    parameter_name = "who"
    NOBODY = "nobody"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        staff = get_user_model().objects.filter(is_staff=True).order_by("name", "email")
        names = [
            (str(pk), name or email) for pk, name, email in staff.values_list("pk", "name", "email")
        ]
        return [*names, (self.NOBODY, audit_cells.NOBODY)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {key for key, _ in self.lookup_choices}
        if self.value() not in known:
            return queryset
        return queryset.filter(actor=None if self.value() == self.NOBODY else self.value())


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Looked at by all staff; written by `core.audit.record` alone."""

    list_display = (
        audit_cells.when,
        audit_cells.who,
        audit_cells.what,
        "about",
        audit_cells.changed,
        "note",
    )
    list_display_links = (audit_cells.when,)
    list_select_related = ("actor",)
    list_filter = (FamilyFilter, WhoFilter, ("at", DateRangeFilter))
    # Django shows the box where this is not empty; `get_search_results` does the search.
    search_fields = ("object_id",)
    search_help_text = "Reference of a booking or quote, email, id, or action (refund.created)."
    ordering = ("-at", "-id")
    sortable_by = ()
    fields: ClassVar[Any] = (
        "at",
        audit_cells.who,
        audit_cells.what,
        "about",
        audit_cells.all_changed,
        "note",
    )
    readonly_fields: ClassVar[Any] = (
        audit_cells.who,
        audit_cells.what,
        "about",
        audit_cells.all_changed,
    )

    class Media:
        css = {"all": ["admin/audit.css"]}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """Find by what was typed, each kind by its own index."""
        term = search_term.strip()
        return (queryset.filter(_matching(term)) if term else queryset), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Look up what the page's entries are about, all at once."""
        found = super().get_changelist_instance(request)
        found.result_list = list(found.result_list)
        _name_all(found.result_list, request)
        return found

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        entry = context["original"]
        _name_all([entry], request)
        context |= {"title": "Audit entry", "subtitle": title_of(entry.action)}
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="object")
    def about(self, entry: Any) -> SafeString:
        """Show the object, with a link to it."""
        return entry.named  # type: ignore[no-any-return]  # `_name_all` has set it


def _name_all(entries: list[Any], request: HttpRequest) -> None:
    named = audit_cells.named_objects(entries, request)
    for entry in entries:
        entry.named = named[entry.object_type, entry.object_id]


def _matching(term: str) -> Q:
    if REFERENCE.fullmatch(term.upper()):
        return Q(object_id__in=_ids(BY_REFERENCE, reference=term.upper()))
    if "@" in term:
        email = term.lower()
        people = get_user_model().objects.filter(email=email).values_list("pk", flat=True)
        return Q(actor__in=list(people)) | Q(object_id__in=_ids(BY_EMAIL, email=email))
    if ACTION.fullmatch(term.lower()):
        head, tail = re.split(r"[. ]", term.lower(), maxsplit=1)
        return Q(action=f"{head}.{tail.replace(' ', '_')}")
    return Q(object_id=term.lower())


def _ids(labels: tuple[str, ...], **known: str) -> list[str]:
    tables = [apps.get_model(label)._base_manager for label in labels]
    return [str(pk) for rows in tables for pk in rows.filter(**known).values_list("pk", flat=True)]
