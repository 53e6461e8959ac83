from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.admin.cells import NOTHING, booking_link, listed, local_time
from bookings.admin.filters import MadeFilter, WhenFilter
from bookings.admin.forms import FIELDS, OrderForm
from bookings.models import Booking, WaitlistEntry
from bookings.queries import waitlist
from bookings.queries.search import waitlist_found_by
from bookings.services.waitlist import join_waitlist, leave_waitlist
from customers.models import User
from myhibachi.core.admin import ServiceFormAdmin, attributes, number, small_table, state_label
from myhibachi.core.admin.bulk import ask_then_do

LIVE = (WaitlistEntry.Status.WAITING, WaitlistEntry.Status.OFFERED)
EXPORT = {
    **attributes("date", "time", "status", "created_at", "customer.name", "contact_name"),
    **attributes("contact_email", "contact_phone", "guests", "location", "booking.reference"),
}


class WaitlistForm(OrderForm):
    """Puts somebody in line for a slot that is full."""

    class Meta:
        model = WaitlistEntry
        fields = FIELDS

    def call(self) -> WaitlistEntry:
        """Call the service."""
        return join_waitlist(**self.asked(), actor=self.actor, now=timezone.now())


class StandingFilter(admin.SimpleListFilter):
    """Those in line, unless asked for others."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*WaitlistEntry.Status.choices, ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        in_line, *others = super().choices(changelist)
        return [in_line | {"display": "In line"}, *others]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[WaitlistEntry]
    ) -> QuerySet[WaitlistEntry]:
        if self.value() == "all":
            return queryset
        return queryset.filter(status__in=[self.value()] if self.value() else LIVE)


class WaitlistAdmin(ServiceFormAdmin):
    """Who waits for a full slot, slot by slot and in the order they are served."""

    form = WaitlistForm
    list_display = ("when", "place", "customer", "state", "guests", "contact_phone", "offer")
    list_select_related = ("customer", "booking")
    list_filter = (StandingFilter, ("date", WhenFilter), ("created_at", MadeFilter))
    export_columns = EXPORT
    # Django shows the box where this is not empty; `get_search_results` does the search.
    search_fields = ("contact_name",)
    search_help_text = "Name, email, phone, or the offered booking's reference."
    ordering = ("date", "time", "created_at", "id")
    sortable_by = ()
    actions = ["withdraw"]
    autocomplete_fields = ("customer",)
    readonly_fields = ("when", "state", "offer", "line", "add_on_words", "protein_words")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitlistEntry]:
        return waitlist.with_ahead(WaitlistEntry.objects.all())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WaitlistEntry], search_term: str
    ) -> tuple[QuerySet[WaitlistEntry], bool]:
        """Find by what has an index, instead of reading every row."""
        term = search_term.strip()
        return queryset.filter(waitlist_found_by(term)) if term else queryset, False

    def get_fieldsets(self, request: HttpRequest, obj: WaitlistEntry | None = None) -> Any:
        who = ("customer", "contact_name", "contact_email", "contact_phone")
        guests = ("guests", "children", "toddlers")
        if obj is None:
            return [
                ("Who", {"fields": who}),
                ("When", {"fields": (("date", "time"),)}),
                ("Where", {"fields": ("location",)}),
                ("Menu", {"fields": (guests, "menu", "add_ons", "proteins", "allergies", "notes")}),
            ]
        words = ("add_on_words", "protein_words")
        return [
            (None, {"fields": ("when", "state", "offer", "line")}),
            ("Who", {"fields": who}),
            ("Where", {"fields": ("location", "zip_code")}),
            ("Menu", {"fields": (guests, "menu", *words, "allergies", "notes")}),
            ("History", {"fields": (("created_at", "updated_at"),)}),
        ]

    def has_change_permission(self, request: HttpRequest, obj: WaitlistEntry | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    @admin.action(description="Withdraw…", permissions=["change"])
    def withdraw(
        self, request: HttpRequest, queryset: QuerySet[WaitlistEntry]
    ) -> TemplateResponse | None:
        """Take the chosen ones out of the line; say who can't be."""
        return ask_then_do(
            self,
            request,
            queryset,
            do=lambda entry: leave_waitlist(
                entry_id=entry.pk, actor=cast(User, request.user), now=timezone.now()
            ),
            question="They leave the line. A place that was offered to one goes to the next.",
            button="Withdraw",
            done="withdrawn",
        )

    @admin.display(description="when")
    def when(self, entry: WaitlistEntry) -> SafeString:
        """Show the local date and time."""
        return local_time(entry.date, entry.time)

    @admin.display(description="in line")
    def place(self, entry: Any) -> SafeString:
        """Show the place in line; the next one is 1."""
        return number("–" if entry.ahead is None else entry.ahead + 1)

    @admin.display(description="status")
    def state(self, entry: WaitlistEntry) -> SafeString:
        """Show the status."""
        return state_label(entry.status)

    @admin.display(description="offered booking")
    def offer(self, entry: WaitlistEntry) -> SafeString:
        """Lead to the booking that was offered."""
        return booking_link(entry.booking)

    @admin.display(description="who waits for this slot")
    def line(self, entry: WaitlistEntry) -> SafeString:
        """Show the slot's whole line, those who have an offer first."""
        return line_table(entry)

    @admin.display(description="add-ons")
    def add_on_words(self, entry: WaitlistEntry) -> str:
        """Show the add-ons."""
        return listed(entry.add_ons)

    @admin.display(description="proteins")
    def protein_words(self, entry: WaitlistEntry) -> str:
        """Show the proteins."""
        return listed(entry.proteins)


def line_table(slot: WaitlistEntry | Booking) -> SafeString:
    """Return who has an offer for a slot, and who waits for it, in order."""
    live = WaitlistEntry.objects.filter(date=slot.date, time=slot.time, status__in=LIVE)
    entries = live.select_related("customer", "booking").in_line()
    rows = [
        (_entry_link(entry), number(entry.guests), state_label(entry.status))
        for entry in sorted(entries, key=lambda entry: entry.status)
    ]
    return small_table(("Who", number("Guests"), "Status"), rows) if rows else NOTHING


def _entry_link(entry: WaitlistEntry) -> SafeString:
    page = reverse("admin:bookings_waitlistentry_change", args=[entry.pk])
    return format_html('<a href="{}">{}</a>', page, entry.contact_name or entry.customer)
