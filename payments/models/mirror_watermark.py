from django.db import models


class MirrorWatermark(models.Model):
    """How far dj-stripe's copy of one Stripe object has come, so that it never goes backwards."""

    object_id = models.CharField(max_length=255, primary_key=True)
    as_of = models.DateTimeField(help_text="When Stripe made the event that was applied last.")
    event_id = models.CharField(max_length=255)
