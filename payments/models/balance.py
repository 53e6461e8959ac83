"""Stripe's own books, as far as the accountant's export and cash dates need them."""

from django.db import models
from django.db.models import F, Q

from myhibachi.core.money import CURRENCY, cents_field
from payments.models.ledger import LedgerEntry


class Payout(models.Model):
    """What Stripe sends to the bank. Statuses are Stripe's own."""

    stripe_payout_id = models.CharField(max_length=255, unique=True)
    amount = cents_field(help_text="Signed cents.")
    currency = models.CharField(max_length=3, default=CURRENCY)
    status = models.CharField(max_length=20)
    arrival_date = models.DateField()
    automatic = models.BooleanField(default=True)
    # Cleared once its balance transactions are all listed here.
    awaiting_stripe = models.BooleanField(default=True)
    # The Stripe event that last set the status: an older one never sets it back.
    as_of = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["-arrival_date", "-id"]),
            models.Index(
                name="payout_awaiting_stripe",
                fields=["created_at"],
                condition=Q(awaiting_stripe=True),
            ),
            models.Index(
                name="payout_failed", fields=["arrival_date"], condition=Q(status="failed")
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_payout_id


class BalanceTransaction(models.Model):
    """A movement of our Stripe balance: https://docs.stripe.com/api/balance_transactions/object."""

    stripe_balance_transaction_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=64)
    source = models.CharField(
        max_length=255, blank=True, help_text="The charge, refund or dispute."
    )
    amount = cents_field(help_text="Gross, signed cents.")
    fee = cents_field(help_text="Signed cents.")
    net = cents_field(help_text="Signed cents.")
    currency = models.CharField(max_length=3, default=CURRENCY)
    occurred_at = models.DateTimeField()
    available_on = models.DateField()
    payout = models.ForeignKey(
        Payout,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="balance_transactions",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["occurred_at", "id"]),
            models.Index(fields=["available_on"]),
            models.Index(fields=["source"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="balance_transaction_adds_up", condition=Q(net=F("amount") - F("fee"))
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_balance_transaction_id


class BalanceCursor(models.Model):
    """Up to when Stripe's own list of balance transactions is known to be here. One row."""

    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="balance_cursor_is_one_row")]


class Settlement(models.Model):
    """Which balance transaction a ledger entry is part of: a view, read from the entry's cause.

    Nothing has to keep it up, whichever of the two comes first. What came by hand has none, and
    neither has what Stripe has not told us of yet.
    """

    entry = models.OneToOneField(
        LedgerEntry, primary_key=True, on_delete=models.DO_NOTHING, related_name="settlement"
    )
    balance_transaction = models.ForeignKey(
        BalanceTransaction, on_delete=models.DO_NOTHING, related_name="settlements"
    )
    available_on = models.DateField()
    # The entry's own, so that sums of what is settled need not join the ledger once more.
    occurred_at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    amount = cents_field()
    cause = models.CharField(max_length=300)
    payment = models.ForeignKey(
        "payments.Payment", null=True, on_delete=models.DO_NOTHING, related_name="+"
    )

    class Meta:
        managed = False
        db_table = "payments_settlement"

    def __str__(self) -> str:
        return f"{self.entry_id} in {self.balance_transaction_id}"
