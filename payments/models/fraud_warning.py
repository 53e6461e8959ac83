from django.db import models

from myhibachi.core.ids import uuid7


class EarlyFraudWarning(models.Model):
    """The card's network says that a payment is probably fraudulent; a dispute often follows.

    https://docs.stripe.com/api/radar/early_fraud_warnings
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(
        "payments.Payment", on_delete=models.PROTECT, related_name="fraud_warnings"
    )
    stripe_early_fraud_warning_id = models.CharField(max_length=255, unique=True)
    fraud_type = models.CharField(max_length=64)
    actionable = models.BooleanField()
    warned_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["-warned_at", "-id"])]

    def __str__(self) -> str:
        return f"Early fraud warning {self.stripe_early_fraud_warning_id}"
