from django.db import models
from django.db.models import Q
from django.utils import timezone


class SlotException(models.Model):
    """Another number of places than the rule book's: a day off (0), or extra chefs.

    One of a single time goes before one of the whole day.
    """

    date = models.DateField(help_text="At the venue.")
    time = models.TimeField(null=True, blank=True, help_text="Empty: the whole day.")
    capacity = models.PositiveSmallIntegerField(help_text="Parties a slot; 0 closes it.")
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="slot_exception_one_a_slot",
                fields=["date", "time"],
                condition=Q(time__isnull=False),
            ),
            models.UniqueConstraint(
                name="slot_exception_one_a_day", fields=["date"], condition=Q(time__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        when = f"{self.date:%Y-%m-%d}" + (f" {self.time:%H:%M}" if self.time else "")
        return f"{when}: {self.in_words}"

    @property
    def in_words(self) -> str:
        """How many parties a slot takes."""
        if self.capacity == 1:
            return "1 party"
        return f"{self.capacity} parties" if self.capacity else "closed"
