from django.db import models


class BackfillCursor(models.Model):
    """Up to when Stripe's own list of events is known to be in our inbox. One row."""

    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="backfill_cursor_is_one_row")
        ]
