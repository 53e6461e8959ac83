from django.conf import settings
from django.db import models

from myhibachi.core.ids import uuid7


class LoginSession(models.Model):
    """One login. Its tokens work until it is revoked, has expired, or the password changes.

    `refresh_id` is the one refresh token that works now; each use replaces it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    refresh_id = models.UUIDField()
    auth_hash = models.CharField(max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"])]
