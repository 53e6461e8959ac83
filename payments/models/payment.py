from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from myhibachi.core.ids import uuid7
from myhibachi.core.money import CURRENCY, cents_field, format_cents

if TYPE_CHECKING:
    from datetime import datetime


class PaymentQuerySet(models.QuerySet["Payment"]):
    def succeeded(self) -> "PaymentQuerySet":
        return self.filter(status=Payment.Status.SUCCEEDED)

    def open(self) -> "PaymentQuerySet":
        return self.filter(status__in=Payment.OPEN)

    def between(self, start: "datetime", end: "datetime") -> "PaymentQuerySet":
        """Created from `start` up to, not including, `end`."""
        return self.filter(created_at__gte=start, created_at__lt=end)


class Payment(models.Model):
    """One attempt to take money for one purpose.

    A row is written before Stripe is called, so that a crash half-way leaves something to
    finish; the ledger, not this row, counts the money.
    """

    class Method(models.TextChoices):
        STRIPE = "stripe", "Card (Stripe)"
        ZELLE = "zelle", "Zelle"
        VENMO = "venmo", "Venmo"
        CASH = "cash", "Cash"
        CHECK = "check", "Check"

    class Purpose(models.TextChoices):
        DEPOSIT = "deposit", "Deposit"
        BALANCE = "balance", "Balance"
        FULL = "full", "Full"
        ADDON = "addon", "Add-on"
        GRATUITY = "gratuity", "Gratuity"

    class Surface(models.TextChoices):
        """Where a Stripe payment is taken."""

        CHECKOUT = "checkout", "Checkout"
        ELEMENTS = "payment_intent", "Payment Element"
        INVOICE = "invoice", "Invoice"
        MANUAL = "manual", "Recorded by staff"

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        REQUIRES_ACTION = "requires_action", "Requires action"
        PROCESSING = "processing", "Processing"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELED = "canceled", "Canceled"

    # A failed attempt may still be paid with another card, so it is open too.
    OPEN = (Status.PENDING, Status.REQUIRES_ACTION, Status.PROCESSING, Status.FAILED)
    # Where each status may go. Money that Stripe took is taken: nothing leaves `succeeded`.
    NEXT = {
        Status.PENDING: {
            Status.REQUIRES_ACTION,
            Status.PROCESSING,
            Status.SUCCEEDED,
            Status.FAILED,
            Status.CANCELED,
        },
        Status.REQUIRES_ACTION: {
            Status.PROCESSING,
            Status.SUCCEEDED,
            Status.FAILED,
            Status.CANCELED,
        },
        Status.PROCESSING: {
            Status.REQUIRES_ACTION,
            Status.SUCCEEDED,
            Status.FAILED,
            Status.CANCELED,
        },
        Status.FAILED: {
            Status.REQUIRES_ACTION,
            Status.PROCESSING,
            Status.SUCCEEDED,
            Status.CANCELED,
        },
        # Our own cancel may cross a payment on its way: what Stripe took counts.
        Status.CANCELED: {Status.SUCCEEDED},
        Status.SUCCEEDED: set(),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.PROTECT, related_name="payments"
    )
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="payments"
    )
    method = models.CharField(max_length=10, choices=Method.choices)
    surface = models.CharField(max_length=20, choices=Surface.choices)
    payment_type = models.CharField(max_length=10, choices=Purpose.choices)
    amount = cents_field(help_text="Cents.")
    currency = models.CharField(max_length=3, default=CURRENCY)
    tax = cents_field(
        default=0, help_text="Cents that Stripe Tax put on top of the booking's bill."
    )
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    failure_code = models.CharField(max_length=64, blank=True)
    failure_message = models.CharField(max_length=500, blank=True)
    stripe_checkout_session_id = models.CharField(max_length=255, null=True, blank=True)
    stripe_payment_intent_id = models.CharField(max_length=255, null=True, blank=True)
    stripe_charge_id = models.CharField(max_length=255, null=True, blank=True)
    # Cleared once Stripe has answered; until then the sweeper repeats the call with the same key.
    awaiting_stripe = models.BooleanField(default=False)
    # The Stripe event that last set the status: an older one never sets it back.
    as_of = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        "customers.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    succeeded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        permissions = [
            ("refund_payment", "Can refund a payment"),
            ("refund_over_limit", "Can refund more than the limit"),
            ("record_manual_payment", "Can record a Zelle, Venmo, cash or check payment"),
            ("charge_saved_card", "Can charge a card that a customer has saved"),
            ("view_analytics", "Can view payment analytics"),
            ("export_ledger", "Can export the ledger for an accountant"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["amount", "-created_at"]),
            models.Index(fields=["booking", "-created_at"]),
            models.Index(fields=["customer", "-created_at"]),
            models.Index(fields=["status", "-created_at"]),
            # Few pay otherwise than by card: a card payment costs this index nothing.
            models.Index(
                fields=["method", "-created_at", "-id"],
                condition=~Q(method="stripe"),
                name="payment_by_hand",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(awaiting_stripe=True),
                name="payment_awaiting_stripe",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(status="succeeded", succeeded_at__isnull=False)
                | (~Q(status="succeeded") & Q(succeeded_at__isnull=True)),
                name="payment_succeeded_has_its_time",
            ),
            # Two tabs, a double click, a retry: one open attempt for one purpose.
            models.UniqueConstraint(
                fields=["booking", "payment_type"],
                condition=Q(
                    method="stripe",
                    status__in=["pending", "requires_action", "processing", "failed"],
                ),
                name="payment_one_open_attempt",
            ),
            *(
                models.UniqueConstraint(
                    fields=[field],
                    condition=Q(**{f"{field}__isnull": False}),
                    name=f"payment_{field}_once",
                )
                for field in (
                    "stripe_checkout_session_id",
                    "stripe_payment_intent_id",
                    "stripe_charge_id",
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_payment_type_display()} of {format_cents(self.amount, self.currency)}"
