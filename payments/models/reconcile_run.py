from django.db import models
from django.db.models import Q


class ReconcileRun(models.Model):
    """One comparison of everything, and what it found."""

    since = models.DateTimeField(null=True, blank=True, help_text="Nothing: all of it.")
    with_fix = models.BooleanField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    checked = models.JSONField(default=dict, help_text="How many objects of each type.")
    found = models.PositiveIntegerField(default=0)
    mended = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-started_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class ReconcileNote(models.Model):
    """What a run that is under way has to remember, kept here rather than in its memory.

    `seen`: an object's id, or the cause of a ledger entry, that Stripe knows. Otherwise an object
    to look at once more, `rank` saying when. Gone when the run is over.
    """

    run = models.UUIDField()
    seen = models.BooleanField()
    rank = models.PositiveSmallIntegerField(default=0)
    object_type = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=300)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["run", "name"], condition=Q(seen=True), name="reconcile_note_seen_once"
            ),
            models.UniqueConstraint(
                fields=["run", "object_type", "name"],
                condition=Q(seen=False),
                name="reconcile_note_suspect_once",
            ),
        ]
