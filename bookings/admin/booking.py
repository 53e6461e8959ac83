import re
from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from bookings.admin import prep, reschedule
from bookings.admin.cells import bill_table, listed, local_time, quote_tools
from bookings.admin.email import emails_table
from bookings.admin.filters import AttentionFilter, WhenFilter
from bookings.admin.forms import BookingForm
from bookings.admin.waitlist import line_table
from bookings.models import Booking, Status
from bookings.services import mark_completed, mark_no_show
from customers.models import User
from myhibachi.core.admin import (
    ServiceFormAdmin,
    money_column,
    state_label,
)
from myhibachi.core.errors import DomainError

REFERENCE = re.compile(r"[A-Z]-[A-Z0-9]{7}")
CHANGEABLE = (Status.PENDING, Status.CONFIRMED)
READ_ONLY = (
    "reference", "state", "customer", "hold_expires_at", "line", "zip_code",
    "extras", "chosen", "bill", "emails",
    "created_at", "confirmed_at", "updated_at",
)  # fmt: skip


class BookingAdmin(ServiceFormAdmin):
    """Bookings: read by all staff, made and changed through the services."""

    form = BookingForm
    list_display = (
        "reference",
        "when",
        "customer",
        "state",
        "guests",
        *(money_column(name, ordered=False) for name in ("total", "paid", "balance")),
    )
    list_select_related = ("customer",)
    list_filter = ("status", WhenFilter, AttentionFilter)
    search_fields = ("reference", "contact_name", "contact_email", "contact_phone")
    search_help_text = "Reference, name, email or phone."
    ordering = ("-created_at", "-id")
    sortable_by = ("when",)
    actions = ["complete", "no_show"]
    autocomplete_fields = ("customer",)

    def get_fieldsets(self, request: HttpRequest, obj: Booking | None = None) -> Any:
        who = ("customer", "contact_name", "contact_email", "contact_phone")
        order = ("add_ons", "proteins") if self._editable(request, obj) else ("extras", "chosen")
        menu = (("guests", "children", "toddlers"), "menu", *order, "allergies", "notes")
        if obj is None:
            return [
                ("Who", {"fields": who}),
                ("When", {"fields": (("date", "time"),)}),
                ("Where", {"fields": ("location",)}),
                ("Menu", {"fields": menu}),
            ]
        return [
            (None, {"fields": ("reference", "state")}),
            ("Who", {"fields": who}),
            ("When", {"fields": (("date", "time"), "hold_expires_at", "line")}),
            ("Where", {"fields": ("location", "zip_code")}),
            ("Menu", {"fields": menu}),
            ("Money", {"fields": ("bill",)}),
            ("E-mails", {"fields": ("emails",)}),
            ("History", {"fields": (("created_at", "confirmed_at", "updated_at"),)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Booking | None = None) -> Any:
        if obj is None:
            return ()
        fixed = () if obj.status == Status.PENDING else ("date", "time")
        return (*READ_ONLY, *fixed)

    def has_change_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        changeable = obj is None or obj.status in CHANGEABLE
        return changeable and super().has_change_permission(request, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Booking], search_term: str
    ) -> tuple[QuerySet[Booking], bool]:
        """Find a whole reference by its index instead of reading every row."""
        term = search_term.strip().upper()
        if REFERENCE.fullmatch(term):
            return queryset.filter(reference=term), False
        return super().get_search_results(request, queryset, search_term)

    def object_tools(self, request: HttpRequest, booking: Booking) -> list[tuple[str, str]]:
        """Return what this person can do with it on a page of its own: names and addresses."""
        return [
            ("Prep sheet", prep.address_of(booking)),
            *quote_tools(booking),
            *reschedule.tools(booking, request),
        ]

    def get_urls(self) -> list[URLPattern]:
        return [*prep.urls(), *reschedule.urls(), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        booking = context.get("original")
        tools = self.object_tools(request, booking) if booking else []
        return super().render_change_form(request, context | {"tools": tools}, *args, **kwargs)

    def _editable(self, request: HttpRequest, obj: Booking | None) -> bool:
        return obj is None or self.has_change_permission(request, obj)

    @admin.action(description="Mark as completed", permissions=["change"])
    def complete(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Note that the chosen parties took place; say which could not be."""
        self._mark(request, queryset, mark_completed, "completed")

    @admin.action(description="Mark as no-show", permissions=["change"])
    def no_show(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        """Note that nobody was there, which keeps the money; say which could not be."""
        self._mark(request, queryset, mark_no_show, "no-show")

    def _mark(
        self,
        request: HttpRequest,
        queryset: QuerySet[Booking],
        mark: Callable[..., Booking],
        word: str,
    ) -> None:
        done = 0
        for booking in queryset:
            try:
                mark(booking_id=booking.pk, actor=cast(User, request.user), now=timezone.now())
                done += 1
            except DomainError as error:
                self.message_user(request, f"{booking}: {error.detail}", messages.ERROR)
        if done:
            self.message_user(request, f"{done} marked as {word}.", messages.SUCCESS)

    @admin.display(description="when", ordering="starts_at")
    def when(self, booking: Booking) -> SafeString:
        """Show the local date and time."""
        return local_time(booking.date, booking.time)

    @admin.display(description="waitlist")
    def line(self, booking: Booking) -> SafeString:
        """Show who waits for the same slot."""
        return line_table(booking)

    @admin.display(description="status")
    def state(self, booking: Booking) -> SafeString:
        """Show the status, and what somebody should look at."""
        labels = [state_label(booking.status)]
        if booking.late_money:
            labels.append(state_label("attention", "late money"))
        if booking.location_needs_review and booking.holds_slot:
            labels.append(state_label("attention", "place not found"))
        return format_html_join("", "{} ", ((label,) for label in labels))

    @admin.display(description="add-ons")
    def extras(self, booking: Booking) -> str:
        """Show the add-ons."""
        return listed(booking.add_ons)

    @admin.display(description="proteins")
    def chosen(self, booking: Booking) -> str:
        """Show the proteins."""
        return listed(booking.proteins)

    @admin.display(description="e-mails")
    def emails(self, booking: Booking) -> SafeString:
        """Show what the customer was told."""
        return emails_table(booking)

    @admin.display(description="bill")
    def bill(self, booking: Booking) -> SafeString:
        """Show the priced lines, and what has been paid of them."""
        return bill_table(booking, "total", "paid", "balance")
