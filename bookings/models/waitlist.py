from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from bookings.errors import InvalidTransition
from bookings.models.booking import Booking
from bookings.models.order import Ordered
from customers.models import Customer
from customers.models.contacts import contact_index
from myhibachi.core.ids import uuid7


class WaitlistQuerySet(models.QuerySet["WaitlistEntry"]):
    def waiting(self) -> Self:
        """Those that are in line for a place."""
        return self.filter(status=WaitlistEntry.Status.WAITING)

    def in_line(self) -> Self:
        """First come, first served, slot by slot."""
        return self.order_by("date", "time", "created_at", "id")


class WaitlistEntry(Ordered):
    """Somebody who wants a slot that is full. Written by `bookings.services.waitlist` alone.

    A place that comes free is the next one's: it is offered as a pending booking of theirs, whose
    deposit takes it and whose hold runs out like any other.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        OFFERED = "offered"
        BOOKED = "booked"
        LAPSED = "lapsed"
        WITHDRAWN = "withdrawn"

    NEXT: dict[str, frozenset[str]] = {
        Status.WAITING: frozenset({Status.OFFERED, Status.LAPSED, Status.WITHDRAWN}),
        Status.OFFERED: frozenset({Status.BOOKED, Status.LAPSED, Status.WITHDRAWN}),
        Status.BOOKED: frozenset(),
        Status.LAPSED: frozenset(),
        Status.WITHDRAWN: frozenset(),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="waitlist")
    status = models.CharField(max_length=16, choices=Status, default=Status.WAITING)
    date = models.DateField()
    time = models.TimeField()
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="waitlist_entry"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WaitlistQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "waitlist"
        indexes = [
            models.Index(
                name="waitlist_line",
                fields=["date", "time", "created_at", "id"],
                condition=Q(status="waiting"),
            ),
            models.Index(fields=["-created_at", "-id"]),
            contact_index("waitlist_contact", prefix="contact_"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="waitlist_once_a_customer_and_slot",
                fields=["customer", "date", "time"],
                condition=Q(status__in=["waiting", "offered"]),
            ),
            models.CheckConstraint(
                name="waitlist_offer_is_a_booking",
                condition=~Q(status__in=["offered", "booked"]) | Q(booking__isnull=False),
            ),
            models.CheckConstraint(
                name="waitlist_guests_add_up",
                condition=Q(guests__gte=1, guests=F("adults") + F("children") + F("toddlers")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_name or self.customer_id} for {self.date:%Y-%m-%d} {self.time:%H:%M}"

    def move_to(self, status: str) -> None:
        """Set the next status.

        Raises:
            InvalidTransition: `NEXT` doesn't allow it.
        """
        if status not in self.NEXT[self.status]:
            raise InvalidTransition(f"A {self.status} place in line can't become {status}.")
        self.status = status
