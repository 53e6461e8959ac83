from decimal import Decimal

from django import forms
from django.utils import timezone

from bookings.models import Booking
from bookings.services.payable import due
from myhibachi.core.errors import DomainError
from myhibachi.core.ids import uuid7
from myhibachi.core.money import dollars_to_cents
from payments.models import Payment
from payments.services.manual import METHODS


class RecordPaymentForm(forms.Form):
    """Money that came in without Stripe.

    `payment_id` is made with the form and becomes the payment's own id, so one form records one
    payment, however often it is sent.
    """

    payment_id = forms.UUIDField(widget=forms.HiddenInput)
    method = forms.ChoiceField(
        choices=[(each.value, each.label) for each in Payment.Method if each in METHODS]
    )
    amount = forms.DecimalField(
        label="Amount in dollars",
        min_value=Decimal("0.01"),
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )
    payment_type = forms.ChoiceField(
        label="For",
        required=False,
        choices=[("", "What is due: the deposit, then the balance"), *Payment.Purpose.choices],
    )
    received_at = forms.SplitDateTimeField(
        label="Received",
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date", "aria-label": "Received on"},
            time_attrs={"type": "time", "aria-label": "Received at"},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        ),
        help_text="At the venue.",
    )
    reference = forms.CharField(
        required=False,
        max_length=100,
        help_text="The other side's number for it, such as Zelle's confirmation or a check's.",
    )
    note = forms.CharField(
        required=False,
        max_length=350,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues; the customer does not see it.",
    )

    def cents(self) -> int:
        """Return the amount that was typed, in cents."""
        return dollars_to_cents(self.cleaned_data["amount"])

    @property
    def is_tip(self) -> bool:
        """Whether all of it is a gratuity."""
        return bool(self.cleaned_data["payment_type"] == Payment.Purpose.GRATUITY)


def empty_form(booking: Booking) -> RecordPaymentForm:
    """Return a form that offers what is due, received now."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    initial = {"payment_id": uuid7(), "received_at": now, "amount": _due(booking)}
    return RecordPaymentForm(initial=initial)


def _due(booking: Booking) -> Decimal | None:
    try:
        return Decimal(due(booking).amount).scaleb(-2)
    except DomainError:
        return None
