"""Days off and extra chefs."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookings.admin.cells import clock
from bookings.models import Booking, SlotException
from bookings.queries.slot_exceptions import BookedSlot, booked_slots, slot_times
from bookings.services.slot_exceptions import (
    add_slot_exception,
    change_slot_exception,
    delete_slot_exception,
)
from bookings.slots import local_date
from customers.models import User
from myhibachi.core.admin import ServiceForm, ServiceFormAdmin, number, small_table, state_label


class SlotExceptionForm(ServiceForm):
    """Adds an exception, or changes the places and the reason of one."""

    time = forms.TypedChoiceField(
        coerce=dt.time.fromisoformat, empty_value=None, required=False, help_text="At the venue."
    )

    class Meta:
        model = SlotException
        fields = ["date", "time", "capacity", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time" in self.fields:
            times = [(f"{time:%H:%M}", clock(time)) for time in slot_times(timezone.now())]
            cast(forms.ChoiceField, self.fields["time"]).choices = [("", "The whole day"), *times]

    def call(self) -> SlotException:
        """Call the service."""
        by = {"actor": self.actor, "now": timezone.now()}
        if self.instance._state.adding:
            return add_slot_exception(**self.cleaned_data, **by)
        return change_slot_exception(exception_id=self.instance.pk, **self.cleaned_data, **by)


class UpcomingFilter(admin.SimpleListFilter):
    """Before today at the venue, or from today on."""

    title = "when"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("upcoming", "Upcoming"), ("past", "Past")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        past = Q(date__lt=local_date(timezone.now()))
        return queryset.filter({"upcoming": ~past, "past": past}.get(self.value() or "", Q()))


class SlotExceptionAdmin(ServiceFormAdmin):
    """Dates with another number of places; what is over is only shown."""

    form = SlotExceptionForm
    list_display = ("when", "places", "booked", "reason")
    list_filter = (UpcomingFilter,)
    search_fields = ("reason",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[SlotException]:
        """Count the parties of each, in the same query."""
        held = Booking.objects.holding_slots().filter(date=OuterRef("date"))
        of_slot = held.filter(time=Coalesce(OuterRef("time"), F("time")))
        count = of_slot.order_by().values("date").annotate(count=Count("pk")).values("count")
        found: QuerySet[SlotException] = super().get_queryset(request)
        return found.annotate(parties=Coalesce(Subquery(count), 0))

    def get_ordering(self, request: HttpRequest) -> Any:
        """Show what is to come first, the next at the top; then what is over."""
        is_past = Case(When(date__lt=local_date(timezone.now()), then=1), default=0)
        return (is_past, "date", F("time").asc(nulls_first=True))

    def get_fields(self, request: HttpRequest, obj: SlotException | None = None) -> Any:
        if obj is None:
            return (("date", "time"), "capacity", "reason")
        return ("when", "capacity", "reason", "booked_parties")

    def get_readonly_fields(self, request: HttpRequest, obj: SlotException | None = None) -> Any:
        # Another date is another exception.
        return ("date", "time", "when", "booked_parties") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: SlotException | None = None) -> bool:
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: SlotException | None = None) -> bool:
        # Our other pages delete nothing; money hangs on none of these.
        return _is_open(obj) and request.user.has_perm("bookings.delete_slotexception")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Say which parties are too many now; the form has saved it."""
        self._warn(request, obj)

    def delete_model(self, request: HttpRequest, obj: SlotException) -> None:
        """Delete it, and say which parties are too many now."""
        delete_slot_exception(
            exception_id=obj.pk, actor=cast(User, request.user), now=timezone.now()
        )
        self._warn(request, obj)

    @admin.display(description="when")
    def when(self, exception: SlotException) -> SafeString:
        """Show the local date and time."""
        time = clock(exception.time) if exception.time else "the whole day"
        return format_html("{}<br>{}", date_format(exception.date, "D, M j, Y"), time)

    @admin.display(description="places")
    def places(self, exception: SlotException) -> str:
        """Say how many parties a slot takes."""
        return exception.in_words.capitalize()

    @admin.display(description="booked")
    def booked(self, exception: Any) -> str:
        """Say how many parties there are."""
        return _parties(exception.parties).capitalize()

    @admin.display(description="booked")
    def booked_parties(self, exception: SlotException) -> SafeString | str:
        """Show the parties of each slot it is about."""
        found = booked_slots(exception.date, exception.time, now=timezone.now())
        rows = [
            (clock(slot.time), number(slot.capacity), _marked(_named(slot), slot)) for slot in found
        ]
        return small_table(("", number("Places"), "Booked"), rows) if rows else "Nobody yet."

    def _warn(self, request: HttpRequest, exception: SlotException) -> None:
        for slot in booked_slots(exception.date, exception.time, now=timezone.now()):
            if slot.is_overbooked:
                when = f"{date_format(exception.date, 'D, M j, Y')}, {clock(slot.time)}"
                text = (
                    "{} takes {}, and {} are booked: {}. They stay until you move or cancel them."
                )
                found = (when, _parties(slot.capacity), len(slot.bookings), _named(slot))
                self.message_user(request, format_html(text, *found), messages.WARNING)


def _is_open(exception: SlotException | None) -> bool:
    return exception is None or exception.date >= local_date(timezone.now())


def _parties(count: int) -> str:
    return {0: "no party", 1: "1 party"}.get(count, f"{count} parties")


def _named(slot: BookedSlot) -> SafeString:
    links = ((reverse("admin:bookings_booking_change", args=[b.pk]), b) for b in slot.bookings)
    return format_html_join(", ", '<a href="{}">{}</a>', links)


def _marked(named: SafeString, slot: BookedSlot) -> SafeString:
    if not slot.is_overbooked:
        return named
    return format_html("{} {}", named, state_label("attention", "overbooked"))
