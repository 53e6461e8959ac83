"""Zelle, Venmo and check money as a bank's statement tells of it, before anybody has matched it."""

from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime

from myhibachi.core.ids import uuid7
from myhibachi.core.money import CURRENCY, cents_field
from payments.models.payment import Payment


class MoneyInBatch(models.Model):
    """What somebody pasted or uploaded at one time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    imported_by = models.ForeignKey("customers.User", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=200, help_text="The file's name, or “pasted”.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "import"

    def __str__(self) -> str:
        return f"{self.source}, {localtime(self.created_at):%Y-%m-%d %H:%M}"


class MoneyIn(models.Model):
    """One line of a statement: money that came in, and the payment it was recorded as.

    `fingerprint` tells a line from every other one, so the same line imported twice is one row.
    """

    class Status(models.TextChoices):
        UNMATCHED = "unmatched", "Unmatched"
        RECORDED = "recorded", "Recorded"
        IGNORED = "ignored", "Ignored"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(MoneyInBatch, on_delete=models.PROTECT, related_name="lines")
    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    method = models.CharField(max_length=10, choices=Payment.Method)
    amount = cents_field(help_text="Cents.")
    currency = models.CharField(max_length=3, default=CURRENCY)
    received_on = models.DateField(help_text="At the venue.")
    sender = models.CharField(max_length=200, blank=True)
    memo = models.CharField(max_length=500, blank=True)
    bank_reference = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.UNMATCHED)
    booking = models.ForeignKey(
        "bookings.Booking",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Where it is recorded, or will be: somebody has agreed to it.",
    )
    payment = models.OneToOneField(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="money_in"
    )
    decided_by = models.ForeignKey(
        "customers.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "money in"
        permissions = [("import_moneyin", "Can import and match money that came in")]
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(
                name="money_in_unmatched", fields=["received_on"], condition=Q(status="unmatched")
            ),
            models.Index(
                name="money_in_agreed",
                fields=["decided_at"],
                condition=Q(status="unmatched", booking__isnull=False),
            ),
            models.Index(fields=["received_on", "amount"]),
        ]
        constraints = [
            models.CheckConstraint(name="money_in_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="money_in_recorded_is_a_payment",
                condition=Q(status="recorded", payment__isnull=False)
                | (~Q(status="recorded") & Q(payment__isnull=True)),
            ),
            models.CheckConstraint(
                name="money_in_recorded_has_its_booking",
                condition=Q(status="recorded", booking__isnull=False)
                | Q(status="unmatched")
                | Q(status="ignored", booking__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender or self.memo or self.method} {self.received_on:%Y-%m-%d}"
