from django.db import models
from django.db.models import Q

from myhibachi.core.ids import uuid7


class DisputeEvidence(models.Model):
    """What we answer a dispute with: drafted from what we have, edited by a person, sent once.

    `fields` are Stripe's own names: https://docs.stripe.com/api/disputes/evidence_object.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dispute = models.OneToOneField(
        "payments.Dispute", on_delete=models.PROTECT, related_name="evidence"
    )
    fields = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    edited_by = models.ForeignKey(
        "customers.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        "customers.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Cleared once Stripe has answered; until then the sweeper repeats the call with the same key.
    awaiting_stripe = models.BooleanField(default=False)
    refused = models.CharField(max_length=500, blank=True, help_text="Why Stripe refused it.")

    class Meta:
        verbose_name_plural = "dispute evidence"
        indexes = [
            models.Index(
                name="evidence_awaiting_stripe",
                fields=["submitted_at"],
                condition=Q(awaiting_stripe=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="evidence_is_sent_once_submitted",
                condition=Q(submitted_at__isnull=False) | Q(awaiting_stripe=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Evidence for {self.dispute}"
