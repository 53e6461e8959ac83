from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from myhibachi.core.ids import uuid7


class AttentionQuerySet(models.QuerySet["Attention"]):
    def open(self) -> Self:
        """Those that nobody has decided yet."""
        return self.filter(closed_at__isnull=True)


class Attention(models.Model):
    """Something that only a person can decide: opened by what happened, closed by their answer.

    `key` names what happened, so the same thing asks once. Written by `payments.services.attention`
    alone.
    """

    class Kind(models.TextChoices):
        EXTERNAL_REFUND = "external_refund", "Refunded in Stripe's dashboard"
        DISPUTE = "dispute", "Disputed by the cardholder"
        EARLY_FRAUD_WARNING = "early_fraud_warning", "Early fraud warning"
        DUPLICATE_PAYMENT = "duplicate_payment", "Paid twice"
        REFUND_FAILED = "refund_failed", "A refund failed"
        UNPROVEN = "unproven", "A total that the ledger does not prove"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=24, choices=Kind)
    key = models.CharField(max_length=200, unique=True)
    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.PROTECT, related_name="attention"
    )
    payment = models.ForeignKey(
        "payments.Payment",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="attention",
    )
    # What it was when it opened, for a person to read; money in cents.
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        "customers.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decision = models.CharField(max_length=40, blank=True, help_text="What was decided.")
    note = models.TextField(blank=True)

    objects = AttentionQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "attention"
        permissions = [("decide_attention", "Can decide what asks for attention")]
        indexes = [
            models.Index(fields=["-opened_at", "-id"]),
            models.Index(
                name="attention_open", fields=["opened_at"], condition=Q(closed_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="attention_closed_with_a_decision",
                condition=Q(closed_at__isnull=True, decision="")
                | (Q(closed_at__isnull=False) & ~Q(decision="")),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def decision_in_words(self) -> str:
        """What was decided, for a person to read."""
        return self.decision.replace("_", " ")
