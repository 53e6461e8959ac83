from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from bookings.models.booking import Booking
from bookings.models.quote import Quote
from bookings.models.waitlist import WaitlistEntry
from customers.models.contacts import TRIGRAMS
from customers.models.fields import LowercaseEmailField
from myhibachi.core.ids import uuid7


class Email(models.Model):
    """One e-mail to a customer: queued with what it tells of, sent after commit, kept as a log.

    `key` names what it tells of, so the same news is one e-mail however often it happens. Signed
    links are not stored: the text holds a mark, which sending replaces.
    """

    class Kind(models.TextChoices):
        BOOKING_RECEIVED = "booking_received"
        HOLD_REMINDER = "hold_reminder"
        HOLD_EXPIRED = "hold_expired"
        DEPOSIT_RECEIVED = "deposit_received"
        BALANCE_DUE = "balance_due"
        PARTY_REMINDER = "party_reminder"
        BOOKING_CHANGED = "booking_changed"
        BOOKING_CANCELED = "booking_canceled"
        QUOTE = "quote"
        WAITLIST_OFFER = "waitlist_offer"
        INVOICE_OVERDUE = "invoice_overdue"

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        FAILED = "failed"

    # Why one was not sent that had nothing true to say any more: nobody has to mend that.
    TOO_LATE = "Not sent: it came too late to be true."

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=24, choices=Kind)
    key = models.CharField(max_length=200, unique=True)
    booking = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="emails"
    )
    quote = models.ForeignKey(
        Quote, null=True, blank=True, on_delete=models.PROTECT, related_name="emails"
    )
    waitlist_entry = models.ForeignKey(
        WaitlistEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="emails"
    )
    to = LowercaseEmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    calendar = models.TextField(blank=True, help_text="An iCalendar file that goes with it.")

    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["booking", "created_at"]),
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["kind", "-created_at", "-id"]),
            GinIndex(OpClass(F("to"), name=TRIGRAMS), name="email_to"),
            models.Index(
                name="email_queued", fields=["next_attempt_at"], condition=Q(status="queued")
            ),
            models.Index(name="email_failed", fields=["created_at"], condition=Q(status="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.to}"
