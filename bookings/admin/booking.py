import datetime as dt
from typing import Any, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from bookings.admin import pages
from bookings.admin.cells import NOTHING, local_time, quote_link
from bookings.admin.email import emails_table
from bookings.admin.filters import AttentionFilter, MadeFilter, TotalFilter, WhenFilter
from bookings.admin.forms import BookingForm
from bookings.admin.summary import Figure, Record, owed, summary
from bookings.admin.tools import Tool, in_order
from bookings.admin.waitlist import line_table
from bookings.models import Booking, Status
from bookings.models.order import BULKY
from bookings.queries.search import bookings_found_by
from bookings.services import mark_completed
from customers.models import User
from myhibachi.core.admin import (
    ServiceFormAdmin,
    attributes,
    dollars_of,
    money,
    money_column,
    number,
    state_label,
)
from myhibachi.core.admin.bulk import ask_then_do
from myhibachi.core.money import typed_cents

CHANGEABLE = (Status.PENDING, Status.CONFIRMED)
EXPORT = {
    **attributes("reference", "created_at", "status", "date", "time", "starts_at"),
    **attributes("customer.name", "contact_name", "contact_email", "contact_phone"),
    **attributes("guests", "adults", "children", "toddlers", "menu", "location", "zip_code"),
    **{name: dollars_of(name) for name in ("total", "deposit_due", "paid", "balance")},
    **attributes("currency", "confirmed_at", "canceled_at", "reschedules"),
}


class BookingAdmin(ServiceFormAdmin):
    """Bookings: read by all staff, made and changed through the services."""

    form = BookingForm
    list_display = (
        "reference",
        "when",
        "customer",
        "state",
        "party",
        *(money_column(name, ordered=False) for name in ("total", "paid")),
        "owed_money",
    )
    list_select_related = ("customer",)
    list_filter = (
        "status",
        ("date", WhenFilter),
        AttentionFilter,
        ("created_at", MadeFilter),
        ("total", TotalFilter),
    )
    export_columns = EXPORT
    export_without = BULKY
    # Django shows the box where this is not empty; `get_search_results` does the search.
    search_fields = ("reference",)
    search_help_text = "Reference or its beginning, name, email, phone, or exact total."
    ordering = ("-created_at", "-id")
    sortable_by = ("when",)
    actions = ["complete"]
    autocomplete_fields = ("customer",)

    def get_fieldsets(self, request: HttpRequest, obj: Booking | None = None) -> Any:
        if not self._editable(request, obj):
            # All of it stands in the summary.
            return []
        contact = ("contact_name", "contact_email", "contact_phone")
        who = contact if obj else ("customer", *contact)
        moves_here = obj is None or obj.status == Status.PENDING
        when = [("When", {"fields": (("date", "time"),)})] if moves_here else []
        guests = ("guests", "children", "toddlers")
        menu = (guests, "menu", "add_ons", "proteins", "allergies", "notes")
        return [
            ("Who", {"fields": who}),
            *when,
            ("Where", {"fields": ("location",)}),
            ("Menu", {"fields": menu}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Booking | None = None) -> Any:
        # A confirmed party is moved on a page of its own, with the fee that goes with it.
        return () if obj is None or obj.status == Status.PENDING else ("date", "time")

    def has_change_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        changeable = obj is None or obj.status in CHANGEABLE
        return changeable and super().has_change_permission(request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Booking], search_term: str
    ) -> tuple[QuerySet[Booking], bool]:
        """Find by what has an index, instead of reading every row."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(self.matching(search_term.strip())), False

    def matching(self, term: str) -> Q:
        """Return the condition for what somebody typed."""
        cents = typed_cents(term)
        return bookings_found_by(term) if cents is None else Q(total=cents)

    def get_urls(self) -> list[URLPattern]:
        return [*pages.urls(), *super().get_urls()]

    def object_tools(self, request: HttpRequest, booking: Booking) -> list[Tool]:
        """Return what this person can do with it now."""
        return pages.tools(booking, request)

    def next_step(self, booking: Booking, *, now: dt.datetime) -> str:
        """Return the name of the button that is pressed next, as a rule."""
        if booking.starts_at <= now:
            return "Mark done…"
        return "Send link…" if owed(booking) else "Prep sheet"

    def figures(self, booking: Booking) -> list[Figure]:
        """Return the amounts to know besides the bill's own."""
        return [Figure(name="Deposit", amount=booking.deposit_due)]

    def alert(self, booking: Booking) -> str:
        """Return what waits for somebody's decision; empty where nothing does."""
        return ""

    def records(self, booking: Booking) -> list[Record]:
        """Return what stands below the summary: what happened and what was written."""
        found = (
            Record(heading="E-mails", content=emails_table(booking)),
            Record(heading="Waitlist for this slot", content=line_table(booking)),
        )
        return [record for record in found if record.content != NOTHING]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        booking = context.get("original")
        page = self._page(request, booking) if booking else {}
        return super().render_change_form(request, context | page, *args, **kwargs)

    def _page(self, request: HttpRequest, booking: Booking) -> dict[str, Any]:
        now = timezone.now()
        tools = self.object_tools(request, booking)
        return {
            "title": f"Booking {booking.reference}",
            "subtitle": None,
            **summary(booking, now=now),
            "tools": in_order(tools, following=self.next_step(booking, now=now)),
            "state": self.state(booking),
            "quote": quote_link(booking),
            "figures": self.figures(booking),
            "alert": self.alert(booking),
            "records": self.records(booking),
        }

    def _editable(self, request: HttpRequest, obj: Booking | None) -> bool:
        return obj is None or self.has_change_permission(request, obj)

    @admin.action(description="Mark as completed…", permissions=["change"])
    def complete(
        self, request: HttpRequest, queryset: QuerySet[Booking]
    ) -> TemplateResponse | None:
        """Note that the chosen parties took place; say which could not be.

        A no-show gives up what is owed, so it is asked about on a page of its own.
        """
        return ask_then_do(
            self,
            request,
            queryset,
            do=lambda booking: mark_completed(
                booking_id=booking.pk, actor=cast(User, request.user), now=timezone.now()
            ),
            question="These parties took place. It can't be taken back.",
            button="Mark as completed",
            done="marked as completed",
        )

    @admin.display(description="when", ordering="starts_at")
    def when(self, booking: Booking) -> SafeString:
        """Show the local date and time."""
        return local_time(booking.date, booking.time)

    @admin.display(description=number("guests"))
    def party(self, booking: Booking) -> SafeString:
        """Show how many come."""
        return number(booking.guests)

    @admin.display(description="status")
    def state(self, booking: Booking) -> SafeString:
        """Show the status, and what somebody should look at."""
        labels = [state_label(booking.status)]
        if booking.late_money:
            labels.append(state_label("attention", "late money"))
        if booking.location_needs_review and booking.holds_slot:
            labels.append(state_label("attention", "place not found"))
        return format_html_join("", "{} ", ((label,) for label in labels))

    @admin.display(description="owed")
    def owed_money(self, booking: Booking) -> SafeString:
        """Show what is left to pay."""
        return money(owed(booking), booking.currency)
