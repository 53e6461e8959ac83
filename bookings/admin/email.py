from typing import Any, cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.admin.cells import NOTHING, booking_link
from bookings.models import Booking, Email, Quote
from bookings.queries.search import emails_found_by
from bookings.services.emails.outbox import send_again
from customers.models import User
from myhibachi.core.admin import (
    DateRangeFilter,
    ReadOnlyAdmin,
    attributes,
    small_table,
    state_label,
)
from myhibachi.core.admin.bulk import do_each

EXPORT = {
    **attributes("created_at", "sent_at", "kind", "status", "to", "subject", "attempts"),
    **attributes("error", "booking.reference", "quote.reference"),
}


class EmailAdmin(ReadOnlyAdmin):
    """What customers were told. One whose sending failed can be sent again."""

    list_display = ("created_at", "kind", "state", "about", "to", "error")
    list_display_links = ("created_at", "kind")
    list_select_related = ("booking", "quote")
    list_filter = ("status", "kind", ("created_at", DateRangeFilter))
    export_columns = EXPORT
    # Django shows the box where this is not empty; `get_search_results` does the search.
    search_fields = ("to",)
    search_help_text = "Address, name or phone, or a booking's or a quote's reference."
    ordering = ("-created_at", "-id")
    sortable_by = ()
    actions = ["send_again"]
    fieldsets = [
        (None, {"fields": ("kind", "about", "to", "subject")}),
        ("Sending", {"fields": ("state", "attempts", "error", "next_attempt_at")}),
        ("Text", {"fields": ("text", "has_calendar")}),
        ("History", {"fields": (("created_at", "sent_at"),)}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Email | None = None) -> Any:
        return [name for _, section in self.fieldsets for name in section["fields"]]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Email], search_term: str
    ) -> tuple[QuerySet[Email], bool]:
        """Find by what has an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset.filter(emails_found_by(term)), False

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        """Return whether this person may send something again."""
        return request.user.has_perm("bookings.change_booking")

    @admin.action(description="Send again", permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Email]) -> None:
        """Queue the chosen e-mails that failed once more; say which could not be."""
        do_each(
            self,
            request,
            queryset,
            do=lambda email: send_again(
                email_id=email.pk, actor=cast(User, request.user), now=timezone.now()
            ),
            done="will be sent in a moment",
        )

    @admin.display(description="about")
    def about(self, email: Email) -> str:
        """Show the booking or the quote."""
        if email.booking is None and email.quote:
            return str(email.quote)
        return booking_link(email.booking)

    @admin.display(description="status")
    def state(self, email: Email) -> SafeString:
        """Show the status."""
        return _state(email)

    @admin.display(description="calendar file", boolean=True)
    def has_calendar(self, email: Email) -> bool:
        """Show whether a calendar file goes along."""
        return bool(email.calendar)


def emails_table(about: Booking | Quote) -> SafeString:
    """Return what was told about a booking and its quote, or about a quote, oldest first."""
    mine = Q(quote=about)
    if isinstance(about, Booking):
        mine = Q(booking=about) | Q(quote__booking=about)
    emails = Email.objects.filter(mine)
    rows = [
        (
            _link(email),
            email.get_kind_display(),
            _state(email),
            email.to,
            email.error,
        )
        for email in emails.order_by("created_at", "id")
    ]
    return small_table(("When", "What", "Status", "To", "Error"), rows) if rows else NOTHING


def _state(email: Email) -> SafeString:
    # A quote that was sent waits for its answer; an e-mail is done.
    colors = {Email.Status.QUEUED: "pending", Email.Status.SENT: "processed"}
    return state_label(colors.get(Email.Status(email.status), email.status), email.status)


def _link(email: Email) -> SafeString:
    page = reverse("admin:bookings_email_change", args=[email.pk])
    when = date_format(timezone.localtime(email.sent_at or email.created_at), "M j, g:i A")
    return format_html('<a href="{}">{}</a>', page, when)
