from django.db import models
from django.db.models import Q

from myhibachi.core.ids import uuid7
from myhibachi.core.money import CURRENCY, cents_field, format_cents


class Refund(models.Model):
    """Money going back. Written before Stripe is called; statuses are Stripe's own."""

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        REQUIRES_ACTION = "requires_action", "Requires action"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELED = "canceled", "Canceled"

    # What counts against the payment: everything that did not come back.
    LIVE = (Status.PENDING, Status.REQUIRES_ACTION, Status.SUCCEEDED)
    # A refund may still fail after it succeeded: https://docs.stripe.com/refunds#failed-refunds
    NEXT = {
        Status.PENDING: {
            Status.REQUIRES_ACTION,
            Status.SUCCEEDED,
            Status.FAILED,
            Status.CANCELED,
        },
        Status.REQUIRES_ACTION: {Status.SUCCEEDED, Status.FAILED, Status.CANCELED},
        Status.SUCCEEDED: {Status.FAILED},
        Status.FAILED: set(),
        Status.CANCELED: set(),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="refunds"
    )
    amount = cents_field(help_text="Cents.")
    currency = models.CharField(max_length=3, default=CURRENCY)
    reason = models.CharField(max_length=100, blank=True, help_text="As it was given.")
    notes = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    failure_reason = models.CharField(max_length=64, blank=True)
    stripe_refund_id = models.CharField(max_length=255, null=True, blank=True)
    # Cleared once Stripe has answered; until then the sweeper repeats the call with the same key.
    awaiting_stripe = models.BooleanField(default=False)
    requested_by = models.ForeignKey(
        "customers.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Nobody: it was made in Stripe's dashboard.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(
                fields=["created_at"],
                condition=Q(awaiting_stripe=True),
                name="refund_awaiting_stripe",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.UniqueConstraint(
                fields=["stripe_refund_id"],
                condition=Q(stripe_refund_id__isnull=False),
                name="refund_stripe_refund_id_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Refund of {format_cents(self.amount, self.currency)}"
