"""What a booking, a quote and a place on the waitlist have in common."""

from django.core.validators import MinValueValidator
from django.db import models

from bookings.models.status import Menu
from bookings.rules import Rules
from customers.models.fields import LowercaseEmailField
from myhibachi.core.money import CURRENCY, cents_field

# JSON that a list doesn't show, and that takes longer to read than all the rest of a row.
BULKY = ("add_ons", "proteins", "lines", "extra_lines", "rules_snapshot")


class Ordered(models.Model):
    """What is ordered, for how many, where, and whom to call."""

    guests = models.PositiveSmallIntegerField()
    adults = models.PositiveSmallIntegerField()
    children = models.PositiveSmallIntegerField(default=0)
    toddlers = models.PositiveSmallIntegerField(default=0)
    menu = models.CharField(max_length=16, choices=Menu, default=Menu.ADULT)
    add_ons = models.JSONField(default=list, blank=True)
    proteins = models.JSONField(default=list, blank=True)
    allergies = models.TextField(blank=True)
    notes = models.TextField(blank=True)

    location = models.CharField(max_length=300)
    zip_code = models.CharField(max_length=5, blank=True)
    location_needs_review = models.BooleanField(default=False)
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = LowercaseEmailField(blank=True)
    contact_phone = models.CharField(max_length=32, blank=True)

    class Meta:
        abstract = True


class Priced(models.Model):
    """A bill and the rules it was made under. Money in cents."""

    currency = models.CharField(max_length=3, default=CURRENCY, editable=False)
    lines = models.JSONField(default=list)
    # What pricing doesn't find by itself, such as a fee or a discount: kept on re-pricing.
    extra_lines = models.JSONField(default=list, blank=True)
    total = cents_field(validators=[MinValueValidator(0)])
    deposit_due = cents_field(validators=[MinValueValidator(0)])
    rules_snapshot = models.JSONField()

    class Meta:
        abstract = True

    @property
    def rules(self) -> Rules:
        """The rules it was made under."""
        return Rules.from_json(self.rules_snapshot)
