from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from myhibachi.core.ids import uuid7
from myhibachi.core.money import CURRENCY, cents_field, format_cents
from payments.models.payment import Payment

if TYPE_CHECKING:
    from datetime import datetime


class RefundQuerySet(models.QuerySet["Refund"]):
    def to_pay_back(self) -> "RefundQuerySet":
        """Those that wait for staff to pay them back themselves, and are approved if need be."""
        waiting = self.filter(status=Refund.Status.PENDING)
        return waiting.exclude(approval=Refund.Approval.REQUESTED).filter(
            ~Q(payment__method=Payment.Method.STRIPE) | Q(by_hand=True)
        )

    def to_approve(self) -> "RefundQuerySet":
        """Those that wait for a second person."""
        return self.filter(approval=Refund.Approval.REQUESTED, status=Refund.Status.PENDING)

    def unanswered(self, before: "datetime") -> "RefundQuerySet":
        """Those that Stripe has not answered, asked before a moment: since they were approved."""
        waiting = self.filter(awaiting_stripe=True, created_at__lt=before)
        return waiting.exclude(decided_at__gte=before)

    def under_way(self) -> "RefundQuerySet":
        """Those that the ledger has not counted yet, and will."""
        return self.filter(
            Q(status=Refund.Status.REQUIRES_ACTION)
            | Q(status=Refund.Status.PENDING, stripe_refund_id__isnull=True)
        )


class Refund(models.Model):
    """Money going back. Written before Stripe is called; statuses are Stripe's own.

    What did not come by card is `pending` until staff say how they paid it back (`paid_back_*`).
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        REQUIRES_ACTION = "requires_action", "Requires action"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELED = "canceled", "Canceled"

    class Approval(models.TextChoices):
        REQUESTED = "requested", "Waits for approval"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"

    # How staff pay back what did not come by card.
    BY_HAND = [choice for choice in Payment.Method.choices if choice[0] != Payment.Method.STRIPE]
    # What counts against the payment: everything that did not come back.
    LIVE = (Status.PENDING, Status.REQUIRES_ACTION, Status.SUCCEEDED)
    CAME_BACK = (Status.FAILED, Status.CANCELED)
    # Stripe never hears of them.
    UNAPPROVED = (Approval.REQUESTED, Approval.REJECTED)
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
    # A refund above someone's limit waits for a second person before Stripe hears of it.
    approval = models.CharField(max_length=10, choices=Approval, blank=True)
    decided_by = models.ForeignKey(
        "customers.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    by_hand = models.BooleanField(
        default=False, help_text="Staff pay it back themselves, not Stripe."
    )
    paid_back_by = models.CharField(
        max_length=16, choices=BY_HAND, blank=True, help_text="How staff paid it back."
    )
    paid_back_reference = models.CharField(max_length=64, blank=True)
    paid_back_at = models.DateTimeField(null=True, blank=True)
    # Tells one that was reversed, by a bank that would not have it, from one that never arrived.
    succeeded_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["amount", "-created_at"]),
            models.Index(
                fields=["created_at"],
                condition=Q(awaiting_stripe=True),
                name="refund_awaiting_stripe",
            ),
            models.Index(
                fields=["created_at"], condition=Q(status="pending"), name="refund_pending"
            ),
            models.Index(
                fields=["created_at"], condition=Q(approval="requested"), name="refund_to_approve"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(approval__in=["", "requested"], decided_by__isnull=True)
                | (
                    Q(approval__in=["approved", "rejected"], decided_by__isnull=False)
                    & ~Q(decided_by=F("requested_by"))
                ),
                name="refund_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(approval__in=["requested", "rejected"])
                | Q(awaiting_stripe=False, stripe_refund_id__isnull=True),
                name="refund_unapproved_is_not_at_stripe",
            ),
            models.UniqueConstraint(
                fields=["stripe_refund_id"],
                condition=Q(stripe_refund_id__isnull=False),
                name="refund_stripe_refund_id_once",
            ),
            models.CheckConstraint(
                condition=Q(paid_back_by="", paid_back_at__isnull=True)
                | Q(paid_back_at__isnull=False, status="succeeded") & ~Q(paid_back_by=""),
                name="refund_paid_back_with_how_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Refund of {format_cents(self.amount, self.currency)}"
