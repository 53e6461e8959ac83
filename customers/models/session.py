from django.conf import settings
from django.db import models


class RevokedSession(models.Model):
    """A login that was logged out: none of its access or refresh tokens works any more."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    revoked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["revoked_at"])]
