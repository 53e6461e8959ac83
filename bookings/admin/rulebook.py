from typing import Any

from django.contrib import admin
from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.utils import timezone

from bookings.admin.forms import RuleBookForm
from bookings.models import RuleBook
from bookings.slots import local_date
from myhibachi.core.admin import ServiceFormAdmin, money_column

SECTIONS: dict[str | None, tuple[str | tuple[str, ...], ...]] = {
    None: ("effective_from",),
    "Menu": (
        ("adult_price", "child_price", "toddler_price"),
        ("adult_from_age", "child_from_age"),
        "order_minimum",
        "add_ons",
        "proteins",
        ("proteins_per_guest", "protein_choice_hours"),
    ),
    "Deposit and hold": ("deposit", ("hold_minutes", "hold_reminder_minutes")),
    "Slots": (
        "slot_times",
        ("slot_capacity", "notice_hours", "horizon_days"),
        ("guests_min", "guests_max", "final_count_hours"),
        ("duration_base_minutes", "duration_minutes_per_guest", "duration_max_minutes"),
    ),
    "Travel": (
        ("travel_origin_zip", "travel_free_miles"),
        ("travel_price_per_mile", "travel_max_miles"),
    ),
    "Canceling and moving": (
        ("cancel_full_refund_hours", "cancel_keep_deposit_hours", "late_cancel_refund_percent"),
        ("free_reschedules", "reschedule_notice_hours", "reschedule_fee"),
    ),
    "Reminders and arrival": (
        ("balance_reminder_hours", "party_reminder_hours", "arrival_minutes"),
    ),
    "Tax and tips": (("flat_tax", "tax_basis_points"), "gratuity_percents"),
    "Money": (
        ("invoice_due_days", "quote_valid_days", "manager_refund_limit"),
        ("loyalty_silver", "loyalty_gold", "loyalty_platinum"),
    ),
}


class RuleBookAdmin(ServiceFormAdmin):
    """Rule books: a new one starts tomorrow or later; those in force are read-only."""

    form = RuleBookForm
    list_display = (
        "effective_from",
        "in_force",
        money_column("adult_price", ordered=False),
        money_column("child_price", ordered=False),
        money_column("order_minimum", ordered=False),
        money_column("deposit", ordered=False),
    )
    ordering = ("-effective_from",)
    fieldsets = [(name, {"fields": fields}) for name, fields in SECTIONS.items()]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start from the rules that apply today."""
        current = RuleBook.objects.in_force(local_date(timezone.now()))
        return model_to_dict(current, exclude=["effective_from"])

    def has_change_permission(self, request: HttpRequest, obj: RuleBook | None = None) -> bool:
        future = obj is None or obj.effective_from > local_date(timezone.now())
        return future and super().has_change_permission(request, obj)

    @admin.display(boolean=True, description="began")
    def in_force(self, book: RuleBook) -> bool:
        """Show whether it has begun."""
        return book.effective_from <= local_date(timezone.now())
