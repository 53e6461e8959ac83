from django.db import models
from django.db.models import Q

from myhibachi.core.ids import uuid7
from myhibachi.core.money import CURRENCY, cents_field


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def standing_aside(self) -> "InvoiceQuerySet":
        """Those that wait, unsent, for a card payment to be made or given up."""
        return self.filter(status=Invoice.Status.DRAFT, awaiting_stripe=False)

    def payable(self) -> "InvoiceQuerySet":
        """Those that somebody can pay at Stripe, or will be able to in a moment."""
        is_aside = Q(status=Invoice.Status.DRAFT, awaiting_stripe=False)
        return self.filter(status__in=Invoice.PAYABLE).exclude(is_aside)


class Invoice(models.Model):
    """A Stripe-hosted invoice for what a booking still owes. Statuses are Stripe's own."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        PAID = "paid", "Paid"
        UNCOLLECTIBLE = "uncollectible", "Uncollectible"
        VOID = "void", "Void"

    class Voiding(models.TextChoices):
        """Why we are voiding it: written before Stripe is asked, so that a crash forgets nothing.

        Empty, it is voided because the booking owes another amount, or in Stripe's dashboard.
        """

        FOR_CARD = "for_card", "So that a card payment could begin"
        FOR_GOOD = "for_good", "For good, by staff"

    # A booking has one of these at most.
    ACTIVE = (Status.DRAFT, Status.OPEN)
    # Given up as a bad debt, its page still takes money.
    PAYABLE = (*ACTIVE, Status.UNCOLLECTIBLE)
    # https://docs.stripe.com/invoicing/overview#invoice-statuses
    NEXT = {
        Status.DRAFT: {Status.OPEN, Status.PAID, Status.UNCOLLECTIBLE, Status.VOID},
        Status.OPEN: {Status.PAID, Status.UNCOLLECTIBLE, Status.VOID},
        Status.UNCOLLECTIBLE: {Status.PAID, Status.VOID},
        Status.PAID: set(),
        Status.VOID: set(),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.PROTECT, related_name="invoices"
    )
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="invoices"
    )
    amount = cents_field(help_text="Cents.")
    currency = models.CharField(max_length=3, default=CURRENCY)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    days_until_due = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField(null=True, blank=True)
    number = models.CharField(max_length=64, blank=True)
    hosted_invoice_url = models.URLField(max_length=1000, blank=True)
    invoice_pdf = models.URLField(max_length=1000, blank=True)
    stripe_invoice_id = models.CharField(max_length=255, null=True, blank=True)
    # Cleared once it is sent, and once what it was paid with is booked; until then the sweeper
    # repeats the calls with the same keys.
    # A draft that awaits nothing stands aside: it is sent once no card payment is open any more.
    awaiting_stripe = models.BooleanField(default=False)
    voiding = models.CharField(max_length=8, choices=Voiding, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["amount", "-created_at"]),
            models.Index(
                fields=["created_at"],
                condition=Q(awaiting_stripe=True),
                name="invoice_awaiting_stripe",
            ),
            models.Index(name="invoice_open", fields=["due_at"], condition=Q(status="open")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount_positive"),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(status__in=["draft", "open"]),
                name="invoice_one_open",
            ),
            models.UniqueConstraint(
                fields=["stripe_invoice_id"],
                condition=Q(stripe_invoice_id__isnull=False),
                name="invoice_stripe_invoice_id_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"Invoice {self.id}"

    @property
    def stands_aside(self) -> bool:
        """Whether it waits, unsent, for a card payment to be made or given up."""
        return self.status == self.Status.DRAFT and not self.awaiting_stripe
