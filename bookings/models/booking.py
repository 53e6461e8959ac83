from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from bookings.errors import InvalidTransition
from bookings.models.capacity import seat_within_capacity
from bookings.models.order import Ordered, Priced
from bookings.models.status import HOLDS_SLOT, NEXT, OWED_FOR, Status
from customers.models import Customer
from customers.models.contacts import contact_index
from myhibachi.core.ids import uuid7
from myhibachi.core.money import cents_field


class BookingQuerySet(models.QuerySet["Booking"]):
    def holding_slots(self) -> Self:
        """Those that take a place in their slot."""
        return self.filter(seat__isnull=False)


class Booking(Ordered, Priced):
    """A party at a place, date and time, priced under the rules of the day it was made.

    Written by `bookings.services` alone. `date` and `time` are local to the venue; `starts_at` is
    the same moment in UTC. `paid` is the ledger's total (tips not counted), which payments
    recomputes and hands down; everything else about money follows from `lines`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=16, unique=True, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="bookings")
    status = models.CharField(max_length=16, choices=Status, default=Status.PENDING)

    date = models.DateField()
    time = models.TimeField()
    starts_at = models.DateTimeField()
    seat = models.PositiveSmallIntegerField(null=True, blank=True)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)
    reschedules = models.PositiveSmallIntegerField(default=0)
    # The number that somebody noted as final. Once other guests are to come, nothing is final.
    final_guests = models.PositiveSmallIntegerField(null=True, blank=True)

    paid = cents_field(default=0)
    # What a dispute is answered with: who agreed to the terms, and from where.
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    client_ip = models.GenericIPAddressField(null=True, blank=True)
    late_money = models.BooleanField(
        default=False, help_text="Money arrived after the booking had expired or been canceled."
    )

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-created_at", "-id"]),
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["status", "-created_at", "-id"]),
            models.Index(fields=["starts_at", "id"]),
            models.Index(fields=["date"]),
            models.Index(fields=["contact_email"]),
            contact_index("booking_contact", prefix="contact_"),
            models.Index(fields=["total", "-created_at"]),
            models.Index(
                name="booking_holds", fields=["hold_expires_at"], condition=Q(status=Status.PENDING)
            ),
            models.Index(name="booking_late_money", fields=["id"], condition=Q(late_money=True)),
            models.Index(
                name="booking_confirmed",
                fields=["starts_at"],
                condition=Q(status=Status.CONFIRMED),
            ),
            models.Index(
                name="booking_owes",
                fields=["starts_at"],
                condition=Q(status__in=OWED_FOR, paid__lt=F("total")),
            ),
            models.Index(
                name="booking_place_unknown",
                fields=["starts_at"],
                condition=Q(location_needs_review=True, seat__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="booking_one_party_a_seat",
                fields=["date", "time", "seat"],
                condition=Q(seat__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_seat_while_it_holds_the_slot",
                condition=Q(status__in=HOLDS_SLOT, seat__isnull=False, seat__gte=1)
                | (~Q(status__in=HOLDS_SLOT) & Q(seat__isnull=True)),
            ),
            models.CheckConstraint(
                name="booking_status_is_known", condition=Q(status__in=Status.values)
            ),
            models.CheckConstraint(
                name="booking_pending_has_a_hold",
                condition=~Q(status=Status.PENDING) | Q(hold_expires_at__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_guests_add_up",
                condition=Q(guests__gte=1, guests=F("adults") + F("children") + F("toddlers")),
            ),
            # `paid` may be negative: a charge can be refunded and disputed.
            models.CheckConstraint(
                name="booking_money",
                condition=Q(total__gte=0, deposit_due__gte=0, deposit_due__lte=F("total")),
            ),
        ]
        permissions = [
            ("cancel_booking", "Can cancel a booking"),
            ("reschedule_booking", "Can reschedule a booking"),
            ("waive_fee", "Can waive a fee or depart from the cancellation policy"),
        ]
        triggers = [
            # Money hangs on these rows for good.
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            seat_within_capacity,
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def balance(self) -> int:
        """What is left to pay, in cents; never negative."""
        return max(self.total - self.paid, 0)

    @property
    def guests_are_final(self) -> bool:
        """Whether somebody has noted this very number of guests as final."""
        return self.final_guests == self.guests

    @property
    def holds_slot(self) -> bool:
        return self.status in HOLDS_SLOT

    def move_to(self, status: Status) -> None:
        """Set the next status and give the seat back where the slot is no longer held.

        Raises:
            InvalidTransition: `NEXT` doesn't allow it.
        """
        if status not in NEXT[self.status]:
            raise InvalidTransition(f"A {self.status} booking can't become {status}.")
        self.status = status
        if not self.holds_slot:
            self.seat = None
