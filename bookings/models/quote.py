import datetime as dt
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from bookings.errors import InvalidTransition
from bookings.models.booking import Booking
from bookings.models.order import Ordered, Priced
from customers.models import Customer
from customers.models.contacts import contact_index
from myhibachi.core.ids import uuid7


class QuoteQuerySet(models.QuerySet["Quote"]):
    def newest(self) -> Self:
        """The last version of each reference."""
        return self.filter(superseded_by__isnull=True)


class Quote(Ordered, Priced):
    """One version of an offer: a party at a date and time for a price, until it expires.

    Revising makes the next version of the same reference, and the older ones can't be accepted
    any more. Written by `bookings.services.quotes` alone. A quote holds no slot: accepting does.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        SENT = "sent"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        EXPIRED = "expired"

    NEXT: dict[str, frozenset[str]] = {
        Status.DRAFT: frozenset({Status.SENT}),
        Status.SENT: frozenset({Status.ACCEPTED, Status.DECLINED, Status.EXPIRED}),
        Status.ACCEPTED: frozenset(),
        Status.DECLINED: frozenset(),
        Status.EXPIRED: frozenset(),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=16, editable=False)
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="quotes")
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    asked_by_customer = models.BooleanField(default=False)

    date = models.DateField()
    time = models.TimeField()
    message = models.TextField(blank=True, help_text="What the customer reads above the price.")
    booking = models.OneToOneField(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="quote"
    )

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            # For its beginning; `unique` alone makes one of these.
            models.Index(
                name="quote_reference_begins",
                fields=["reference"],
                opclasses=["varchar_pattern_ops"],
            ),
            contact_index("quote_contact", prefix="contact_"),
            models.Index(fields=["customer", "-created_at", "-id"]),
            models.Index(name="quote_open", fields=["expires_at"], condition=Q(status="sent")),
            models.Index(
                name="quote_asked",
                fields=["created_at"],
                condition=Q(status="draft", asked_by_customer=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="quote_version_once", fields=["reference", "version"]),
            models.UniqueConstraint(
                name="quote_one_live_version",
                fields=["reference"],
                condition=Q(superseded_by__isnull=True),
            ),
            models.CheckConstraint(
                name="quote_accepted_has_a_booking",
                condition=Q(status="accepted", booking__isnull=False)
                | (~Q(status="accepted") & Q(booking__isnull=True)),
            ),
            models.CheckConstraint(
                name="quote_sent_has_an_end",
                condition=Q(status="draft") | Q(expires_at__isnull=False, sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="quote_guests_add_up",
                condition=Q(guests__gte=1, guests=F("adults") + F("children") + F("toddlers")),
            ),
            models.CheckConstraint(
                name="quote_money",
                condition=Q(total__gte=0, deposit_due__gte=0, deposit_due__lte=F("total")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reference} v{self.version}"

    @property
    def is_superseded(self) -> bool:
        return self.superseded_by_id is not None

    @property
    def has_versions(self) -> bool:
        """Whether there is another version, before or after this one."""
        return self.version > 1 or self.is_superseded

    def status_at(self, now: dt.datetime) -> str:
        """Return the status, with what the clock has changed and nobody has written down yet."""
        over = self.status == self.Status.SENT and self.expires_at and self.expires_at <= now
        return self.Status.EXPIRED if over else self.status

    def move_to(self, status: Status) -> None:
        """Set the next status.

        Raises:
            InvalidTransition: `NEXT` doesn't allow it.
        """
        if status not in self.NEXT[self.status]:
            raise InvalidTransition(f"A quote that is {self.status} can't become {status}.")
        self.status = status
