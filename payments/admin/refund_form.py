from decimal import Decimal

from django import forms

from myhibachi.core.ids import uuid7
from myhibachi.core.money import dollars_to_cents

# Stripe's own, https://docs.stripe.com/api/refunds/create#create_refund-reason, and one more.
REASONS = [
    ("requested_by_customer", "Requested by the customer"),
    ("duplicate", "Charged twice"),
    ("fraudulent", "Fraudulent"),
    ("other", "Something else"),
]


class RefundForm(forms.Form):
    """How much to give back, and why.

    `refund_id` is made with the form and becomes the refund's own id and Stripe's idempotency key,
    so one form makes one refund, however often it is sent.
    """

    refund_id = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.DecimalField(
        label="Amount in dollars",
        min_value=Decimal("0.01"),
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )
    reason = forms.ChoiceField(choices=REASONS)
    notes = forms.CharField(
        label="Note",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues; the customer does not see it.",
    )

    def cents(self) -> int:
        """Return the amount that was typed, in cents."""
        return dollars_to_cents(self.cleaned_data["amount"])


def empty_form(*, left: int) -> RefundForm:
    """Return a form that offers all that is left, in cents."""
    initial = {
        "refund_id": uuid7(),
        "amount": Decimal(left).scaleb(-2),
        "reason": REASONS[0][0],
    }
    return RefundForm(initial=initial)
