import pgtrigger
from django.db import models
from django.db.models import Q

from myhibachi.core.money import CURRENCY, cents_field


class LedgerEntry(models.Model):
    """One movement of money. The one place where money is counted; never changed or removed.

    `cause` names what moved the money ("charge:ch_…", "refund:re_…"), so the same cause twice is
    one entry however often and in whatever order Stripe tells us.
    """

    class Kind(models.TextChoices):
        CHARGE = "charge", "Charge"
        REFUND = "refund", "Refund"
        REFUND_REVERSAL = "refund_reversal", "Refund reversal"
        DISPUTE_WITHDRAWN = "dispute_withdrawn", "Dispute withdrawn"
        DISPUTE_REINSTATED = "dispute_reinstated", "Dispute reinstated"
        FEE = "fee", "Fee"
        ADJUSTMENT = "adjustment", "Adjustment"

    IN = (Kind.CHARGE, Kind.REFUND_REVERSAL, Kind.DISPUTE_REINSTATED)
    OUT = (Kind.REFUND, Kind.DISPUTE_WITHDRAWN)
    # What a customer has paid: fees are between us and Stripe.
    CUSTOMER_MONEY = (*IN, *OUT, Kind.ADJUSTMENT)

    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.PROTECT, related_name="ledger_entries"
    )
    payment = models.ForeignKey(
        "payments.Payment",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ledger_entries",
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    amount = cents_field(help_text="Signed cents: what comes to us is positive.")
    currency = models.CharField(max_length=3, default=CURRENCY)
    cause = models.CharField(max_length=300, unique=True)
    occurred_at = models.DateTimeField(help_text="When it happened, by Stripe's clock or staff's.")
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        "customers.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes = [
            models.Index(fields=["booking", "occurred_at"]),
            models.Index(fields=["payment", "kind"]),
            models.Index(fields=["occurred_at", "kind"]),
            models.Index(fields=["amount", "-occurred_at"]),
            # All but charges and fees, of which any hundred rows have some.
            models.Index(
                fields=["kind", "-occurred_at", "-id"],
                condition=Q(
                    kind__in=[
                        "refund",
                        "refund_reversal",
                        "dispute_withdrawn",
                        "dispute_reinstated",
                        "adjustment",
                    ]
                ),
                name="ledger_rare_kind",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["charge", "refund_reversal", "dispute_reinstated"], amount__gt=0
                )
                | Q(kind__in=["refund", "dispute_withdrawn"], amount__lt=0)
                | Q(kind__in=["fee", "adjustment"]),
                name="ledger_sign_matches_kind",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_amount_not_zero"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="ledger_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="ledger_no_truncate",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
            ),
        ]

    def __str__(self) -> str:
        return self.cause
