from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q


class WebhookEvent(models.Model):
    """Our inbox: every event Stripe sent, kept before anything is done with it."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        PROCESSED = "processed", "Processed"
        IGNORED = "ignored", "Ignored"
        NEEDS_ATTENTION = "needs_attention", "Needs attention"

    stripe_event_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=100)
    api_version = models.CharField(max_length=50, blank=True)
    livemode = models.BooleanField()
    object_id = models.CharField(max_length=255, blank=True)
    stripe_created = models.DateTimeField()
    # Text, not jsonb: Stripe's bytes are kept as signed, and jsonb refuses \u0000.
    payload = models.TextField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.TextField(blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [("replay_webhookevent", "Can replay a webhook event")]
        indexes = [
            models.Index(fields=["-received_at", "-id"]),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="received"),
                name="webhook_event_due",
            ),
            # What the doctor counts, out of however many are done.
            models.Index(
                fields=["state", "received_at"],
                condition=Q(state__in=["received", "needs_attention"]),
                name="webhook_event_undone",
            ),
            models.Index(fields=["object_id"]),
            # A list's filter asks for types by how they begin.
            models.Index(
                OpClass("type", name="varchar_pattern_ops"),
                F("received_at").desc(),
                name="webhook_event_type",
            ),
            # A warning may come before the payment that it is about is known: it is looked up here.
            models.Index(
                fields=["stripe_created"],
                condition=Q(
                    type__in=[
                        "radar.early_fraud_warning.created",
                        "radar.early_fraud_warning.updated",
                    ]
                ),
                name="webhook_event_fraud_warning",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.stripe_event_id}"
