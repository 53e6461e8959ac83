from django.db import models
from django.db.models import Q


class Job(models.Model):
    """Long work that a person asked for on the page Health, how far it is and what came of it.

    What beat asks for leaves no row: it is nobody's wish.
    """

    class Kind(models.TextChoices):
        CHECK = "check", "Check everything"
        COMPARE = "compare", "Compare now"
        FETCH = "fetch", "Fetch missed events"
        SYNC = "sync", "Sync products"

    class State(models.TextChoices):
        ASKED = "asked"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey("customers.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # Moves with every word of progress: a job that is silent for long was cut off.
    heard_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    said = models.CharField(max_length=300, blank=True, help_text="Progress, then the outcome.")
    findings = models.JSONField(default=list, help_text="What each check said, of a check.")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "-asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(finished_at__isnull=True),
                name="job_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, asked {self.asked_at:%Y-%m-%d %H:%M}"
