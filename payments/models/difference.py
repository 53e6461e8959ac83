from django.db import models
from django.db.models import Q


class Difference(models.Model):
    """Something that is not as Stripe, or the ledger, says. One open row for one kind and object.

    Written by `payments.services.reconcile` alone, which also closes it once it is gone.
    """

    class Kind(models.TextChoices):
        # In the order in which they are mended: rows first, for the money hangs on them.
        MIRROR_MISSING = "mirror_missing", "Not in the mirror"
        MIRROR_DIFFERS = "mirror_differs", "Mirror differs"
        ROW_MISSING = "row_missing", "We have no row"
        ROW_DIFFERS = "row_differs", "Our row differs"
        UNANSWERED = "unanswered", "Stripe has not answered"
        LEDGER_MISSING = "ledger_missing", "Not in the ledger"
        LEDGER_DIFFERS = "ledger_differs", "Ledger differs"
        LEDGER_EXTRA = "ledger_extra", "Only in the ledger"
        GONE_AT_STRIPE = "gone_at_stripe", "Not at Stripe"
        MIRROR_EXTRA = "mirror_extra", "Only in the mirror"
        PROJECTION = "projection", "Booking's total differs"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    object_type = models.CharField(
        max_length=40, help_text="Stripe's name of its type, or the label of a table of ours."
    )
    object_id = models.CharField(max_length=300)
    booking = models.ForeignKey(
        "bookings.Booking", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField()
    remedy = models.TextField(help_text="What would mend it.")
    can_be_mended = models.BooleanField()
    refusal = models.TextField(blank=True, help_text="Why mending it failed last.")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    times_seen = models.PositiveIntegerField(default=1)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        "customers.User",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Nobody: the command mended it, or it mended itself.",
    )

    class Meta:
        permissions = [("mend_difference", "Can mend a difference")]
        indexes = [
            models.Index(fields=["-first_seen_at", "-id"]),
            models.Index(
                name="difference_open",
                fields=["first_seen_at"],
                condition=Q(closed_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_type", "object_id"],
                condition=Q(closed_at__isnull=True),
                name="difference_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.object_id}"
