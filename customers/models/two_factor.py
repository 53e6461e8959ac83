from django.contrib.postgres.fields import ArrayField
from django.db import models

from myhibachi.core.ids import uuid7


class TwoFactor(models.Model):
    """Somebody's authenticator app. While their account names it, a password alone opens nothing.

    `sealed_key` is what the app and we know, encrypted (`services.seal`); of the recovery codes
    only hashes are kept. `last_step` is the 30 seconds of the last code: no code works twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sealed_key = models.TextField()
    recovery_hashes = ArrayField(models.CharField(max_length=64))
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
