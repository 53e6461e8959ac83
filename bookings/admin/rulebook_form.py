"""The form of a rule book."""

from typing import Any, ClassVar

from django.contrib.admin.utils import flatten_fieldsets
from django.core.validators import MaxValueValidator
from django.forms import TextInput
from django.utils import timezone

from bookings.admin import rulebook_words as words
from bookings.admin.rulebook_add_ons import AddOnsField
from bookings.admin.rulebook_fields import (
    DollarsField,
    ListField,
    Measure,
    PercentField,
    as_code,
    as_time,
    as_whole_percent,
)
from bookings.admin.rulebook_preview import LAST_DAY
from bookings.models import RuleBook
from bookings.services.rulebook import save_rule_book
from myhibachi.core.admin import ServiceForm

SECTIONS: dict[str | None, tuple[str | tuple[str, ...], ...]] = {
    None: ("effective_from",),
    "Menu": (
        ("adult_price", "child_price", "toddler_price"),
        ("adult_from_age", "child_from_age", "order_minimum"),
        "add_ons",
        "proteins",
        ("proteins_per_guest", "protein_choice_hours"),
    ),
    "Deposit and hold": (("deposit", "hold_minutes", "hold_reminder_minutes"),),
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
    "Canceling": (
        ("cancel_full_refund_hours", "cancel_keep_deposit_hours", "late_cancel_refund_percent"),
    ),
    "Moving to another date": (("free_reschedules", "reschedule_notice_hours", "reschedule_fee"),),
    "Reminders and arrival": (
        ("balance_reminder_hours", "party_reminder_hours", "arrival_minutes"),
    ),
    "Tax and tips": (("flat_tax", "tax_basis_points"), "gratuity_percents"),
    "Money": (
        ("invoice_due_days", "invoice_reminder_days", "quote_valid_days"),
        ("manager_refund_limit", "dispute_fee"),
        ("loyalty_silver", "loyalty_gold", "loyalty_platinum"),
    ),
}
NAMES: list[str] = flatten_fieldsets([(name, {"fields": SECTIONS[name]}) for name in SECTIONS])
# The first is at most the second, as the table's constraints have it too.
ASCENDING = (
    ("guests_min", "guests_max", "The largest party is smaller than the smallest."),
    ("hold_reminder_minutes", "hold_minutes", "The reminder comes after the hold is over."),
    ("cancel_keep_deposit_hours", "cancel_full_refund_hours", "All of it back ends after this."),
    ("travel_free_miles", "travel_max_miles", "More miles are free than we drive."),
    ("deposit", "order_minimum", "The deposit is more than the order minimum."),
)
STRICTLY = (
    ("child_from_age", "adult_from_age", "Children are younger than adults."),
    ("loyalty_silver", "loyalty_gold", "Silver comes before gold."),
    ("loyalty_gold", "loyalty_platinum", "Gold comes before platinum."),
)


class RuleBookForm(ServiceForm):
    """Adds a rule book, or changes one that is not in force yet.

    Attributes:
        only_previews: whether it is sent to see what the rules would do, and not to be saved.
    """

    fills_instance = True
    only_previews: ClassVar[bool] = False

    add_ons = AddOnsField(
        required=False,
        label=words.label("add_ons"),
        help_text="Each has a price of its own. Bookings know an add-on by its code, which stays "
        "when the name changes. More empty rows come with Preview.",
    )
    proteins = ListField(
        one=as_code,
        label=words.label("proteins"),
        help_text="What guests choose from, with commas or one a line.",
    )
    slot_times = ListField(
        one=as_time,
        ordered=True,
        label=words.label("slot_times"),
        help_text="Times of day at the venue, such as 12:00, 18:00 or 6 pm.",
    )
    gratuity_percents = ListField(
        one=as_whole_percent,
        show=lambda values: ", ".join(str(value) for value in values),
        required=False,
        label=words.label("gratuity_percents"),
        help_text="Whole percentages, such as 20, 25, 30.",
    )

    class Meta:
        model = RuleBook
        exclude = ["created_at"]
        field_classes = {
            **dict.fromkeys(words.MONEY, DollarsField),
            "tax_basis_points": PercentField,
        }
        widgets = {
            **{name: Measure(after=unit) for name, unit in words.UNITS.items()},
            "travel_origin_zip": TextInput(attrs={"size": 6, "inputmode": "numeric"}),
        }
        labels = {name: words.label(name) for name in NAMES}
        help_texts = {name: words.help_text(name) for name in NAMES}
        error_messages = {
            "effective_from": {"unique": "Rules from this date are there already: change those."}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "effective_from" in self.fields:
            self.fields["effective_from"].required = not self.only_previews
            self.fields["effective_from"].validators.append(MaxValueValidator(LAST_DAY))

    def clean(self) -> dict[str, Any]:
        """Say beside its field what the table's constraints would refuse."""
        super().clean()
        data = self.cleaned_data
        for low, high, message in ASCENDING:
            if data.keys() >= {low, high} and data[low] > data[high]:
                self.add_error(low, message)
        for low, high, message in STRICTLY:
            if data.keys() >= {low, high} and data[low] >= data[high]:
                self.add_error(low, message)
        return data

    @property
    def has_rules(self) -> bool:
        """Whether the rules could be read, whatever their date."""
        return self.is_bound and not self.errors.keys() - {"effective_from"}

    def is_valid(self) -> bool:
        """Return whether it was saved; what is only previewed is shown again."""
        return super().is_valid() and not self.only_previews

    def call(self) -> RuleBook:
        """Call the service, unless this is a preview."""
        book: RuleBook = self.instance
        if self.only_previews:
            return book
        return save_rule_book(book=book, actor=self.actor, now=timezone.now())
