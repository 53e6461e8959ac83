import datetime as dt
from typing import Any

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from bookings.models.capacity import begun_is_fixed
from bookings.models.rule_lists import (
    default_add_ons,
    default_gratuity_percents,
    default_proteins,
    default_slot_times,
    validate_add_ons,
    validate_percents,
    validate_proteins,
    validate_slot_times,
)
from bookings.rules import Rules


def _cents(default: int, help_text: str) -> Any:
    return models.PositiveIntegerField(default=default, help_text=f"{help_text} In cents.")


def _count(default: int, help_text: str = "", *, least: int = 0) -> Any:
    return models.PositiveSmallIntegerField(
        default=default, help_text=help_text, validators=[MinValueValidator(least)]
    )


class RuleBookQuerySet(models.QuerySet["RuleBook"]):
    def in_force(self, at: dt.date) -> "RuleBook":
        """Return the rule book that applies to what is booked on this local date.

        Raises:
            RuleBook.DoesNotExist: `at` is before the first one, which the migrations make.
        """
        return self.filter(effective_from__lte=at).latest("effective_from")


class RuleBook(models.Model):
    """Every price, window and limit, from a local date on until the next rule book.

    Nothing else in the code holds one. A booking keeps the rules it was made under as a snapshot.
    """

    effective_from = models.DateField(unique=True, help_text="Midnight at the venue.")

    adult_price = _cents(5500, "Per adult.")
    child_price = _cents(3000, "Per child.")
    toddler_price = _cents(0, "Per guest younger than a child.")
    adult_from_age = _count(13, "The age from which a guest pays as an adult.")
    child_from_age = _count(6, "The age from which a guest pays as a child.")
    order_minimum = _cents(55000, "Menu and add-ons cost at least this.")
    add_ons = models.JSONField(default=default_add_ons, validators=[validate_add_ons])

    proteins = models.JSONField(default=default_proteins, validators=[validate_proteins])
    proteins_per_guest = _count(2, "Included for each paying guest.")
    protein_choice_hours = _count(12, "Proteins may change until this many hours before.")

    deposit = _cents(10000, "Flat; holds the slot.")
    hold_minutes = _count(120, "How long a booking keeps its slot unpaid.", least=1)
    hold_reminder_minutes = _count(60, "Remind of the unpaid deposit after this long.")

    slot_times = models.JSONField(default=default_slot_times, validators=[validate_slot_times])
    slot_capacity = _count(2, "Parties a slot.", least=1)
    notice_hours = _count(48, "Book at least this many hours before.")
    horizon_days = _count(365, "Book at most this many days ahead.", least=1)
    guests_min = _count(1, least=1)
    guests_max = _count(150, least=1)

    duration_base_minutes = _count(60)
    duration_minutes_per_guest = _count(3)
    duration_max_minutes = _count(120)

    travel_origin_zip = models.CharField(
        max_length=5, default="94539", validators=[RegexValidator(r"^\d{5}$", "Five digits.")]
    )
    travel_free_miles = _count(30)
    travel_price_per_mile = _cents(200, "For each full mile beyond the free ones.")
    travel_max_miles = _count(150, "We don't drive further.")

    cancel_full_refund_hours = _count(168, "Canceled this early: all of it back.")
    cancel_keep_deposit_hours = _count(48, "Canceled this early: all but the deposit back.")
    late_cancel_refund_percent = models.PositiveSmallIntegerField(
        default=50,
        validators=[MaxValueValidator(100)],
        help_text="Canceled later: this share of what was paid beyond the deposit.",
    )
    free_reschedules = _count(1, "Moves that cost nothing when early enough.")
    reschedule_notice_hours = _count(48, "How early a move must be to be free.")
    reschedule_fee = _cents(20000, "Any other move.")
    final_count_hours = _count(24, "Guests may change until this many hours before.")

    balance_reminder_hours = _count(72, "Remind of an unpaid balance this many hours before.")
    party_reminder_hours = _count(24, "Remind of the party this many hours before.")
    arrival_minutes = _count(30, "The chef arrives this many minutes before.")
    quote_valid_days = _count(14, "A quote can be accepted this many days.", least=1)

    flat_tax = models.BooleanField(default=False, help_text="Add the flat rate to each booking.")
    tax_basis_points = models.PositiveSmallIntegerField(
        default=825,
        validators=[MaxValueValidator(10000)],
        help_text="The flat rate: 825 is 8.25 %. Travel and tips are not taxed.",
    )
    gratuity_percents = models.JSONField(
        default=default_gratuity_percents, validators=[validate_percents]
    )
    loyalty_silver = _cents(50000, "Lifetime value from which a customer is silver.")
    loyalty_gold = _cents(200000, "Lifetime value from which a customer is gold.")
    loyalty_platinum = _cents(500000, "Lifetime value from which a customer is platinum.")
    invoice_due_days = _count(7, "A balance invoice is due after this many days.")
    invoice_reminder_days = _count(3, "Remind of an overdue invoice every so many days.", least=1)
    dispute_fee = _cents(1500, "What Stripe charges for a dispute.")
    manager_refund_limit = _cents(50000, "A manager's larger refund waits for finance.")

    created_at = models.DateTimeField(auto_now_add=True)

    objects = RuleBookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="rulebook_ages_ascend", condition=Q(child_from_age__lt=F("adult_from_age"))
            ),
            models.CheckConstraint(
                name="rulebook_guest_range",
                condition=Q(guests_min__gte=1, guests_min__lte=F("guests_max")),
            ),
            models.CheckConstraint(
                name="rulebook_someone_fits", condition=Q(slot_capacity__gte=1, hold_minutes__gte=1)
            ),
            models.CheckConstraint(
                name="rulebook_reminder_within_hold",
                condition=Q(hold_reminder_minutes__lte=F("hold_minutes")),
            ),
            models.CheckConstraint(
                name="rulebook_cancel_windows_descend",
                condition=Q(cancel_keep_deposit_hours__lte=F("cancel_full_refund_hours")),
            ),
            models.CheckConstraint(
                name="rulebook_percents",
                condition=Q(late_cancel_refund_percent__lte=100, tax_basis_points__lte=10000),
            ),
            models.CheckConstraint(
                name="rulebook_free_travel_within_max",
                condition=Q(travel_free_miles__lte=F("travel_max_miles")),
            ),
            models.CheckConstraint(
                name="rulebook_loyalty_ascends",
                condition=Q(
                    loyalty_silver__lt=F("loyalty_gold"), loyalty_gold__lt=F("loyalty_platinum")
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            begun_is_fixed,
        ]

    def __str__(self) -> str:
        # A form may be shown again with the date taken out.
        return f"rules from {self.effective_from or 'no date yet'}"

    def clean(self) -> None:
        """Check what spans fields and the database can't say.

        Raises:
            ValidationError: the deposit is more than the smallest order.
        """
        if self.deposit > self.order_minimum:
            raise ValidationError({"deposit": "The deposit is more than the order minimum."})

    def rules(self) -> Rules:
        """Return the rules as one frozen value."""
        return Rules.from_json(vars(self))
