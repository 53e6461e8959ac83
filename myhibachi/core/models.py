import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone

from myhibachi.core.ids import uuid7


def family() -> models.Func:
    """Return the expression for what an action is about, "refund" of "refund.created"."""
    parts = (models.F("action"), models.Value("."), models.Value(1))
    return models.Func(*parts, function="split_part", output_field=models.CharField())


class AuditEntry(models.Model):
    """Who did what to which object, with old and new values. Written by `core.audit.record`."""

    at = models.DateTimeField(auto_now_add=True)
    # No index of its own: the one by actor and time begins with it.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    changes = models.JSONField(default=dict)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"]),
            models.Index(fields=["-at"]),
            models.Index(fields=["actor", "-at"]),
            models.Index(fields=["action", "-at"]),
            models.Index(fields=["object_id", "-at"]),
            models.Index(family(), models.F("at").desc(), name="audit_family"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.action}, {timezone.localtime(self.at):%Y-%m-%d %H:%M}"


class IdempotencyKey(models.Model):
    """A POST that a client may repeat, and its answer once there is one.

    Written by `core.api.idempotency` alone. While `status` is null the request is in flight;
    `attempt` fences off a request that comes back after another one took the key over.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=255)
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    attempt = models.UUIDField(default=uuid7)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    started_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="idempotency_key_once", fields=["user", "method", "path", "key"]
            ),
        ]
        indexes = [models.Index(fields=["started_at"])]
