from django.db import models
from django.db.models import Q

from myhibachi.core.ids import uuid7
from myhibachi.core.money import CURRENCY, cents_field


class Dispute(models.Model):
    """A cardholder's bank asks for the money back. Statuses are Stripe's own."""

    class Status(models.TextChoices):
        WARNING_NEEDS_RESPONSE = "warning_needs_response", "Inquiry needs response"
        WARNING_UNDER_REVIEW = "warning_under_review", "Inquiry under review"
        WARNING_CLOSED = "warning_closed", "Inquiry closed"
        NEEDS_RESPONSE = "needs_response", "Needs response"
        UNDER_REVIEW = "under_review", "Under review"
        WON = "won", "Won"
        LOST = "lost", "Lost"
        PREVENTED = "prevented", "Prevented"

    # What waits for our answer.
    ANSWERABLE = (Status.NEEDS_RESPONSE, Status.WARNING_NEEDS_RESPONSE)
    CLOSED = (Status.WARNING_CLOSED, Status.WON, Status.LOST, Status.PREVENTED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="disputes"
    )
    stripe_dispute_id = models.CharField(max_length=255, unique=True)
    amount = cents_field(help_text="Cents.")
    currency = models.CharField(max_length=3, default=CURRENCY)
    reason = models.CharField(max_length=64)
    status = models.CharField(max_length=30, choices=Status.choices)
    evidence_due_by = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    # The Stripe event that last set the status: an older one never sets it back.
    as_of = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(
                name="dispute_to_answer",
                fields=["evidence_due_by"],
                condition=Q(status__in=["needs_response", "warning_needs_response"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Dispute {self.stripe_dispute_id}"
