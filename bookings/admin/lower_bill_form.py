from decimal import Decimal

from django import forms

from myhibachi.core.ids import uuid7
from myhibachi.core.money import dollars_to_cents


class LowerBillForm(forms.Form):
    """What is taken off a bill, and why.

    `lowering_id` is made with the form, so one form lowers once, however often it is sent;
    `expected_total` is the bill that the question shows, in cents.
    """

    lowering_id = forms.UUIDField(widget=forms.HiddenInput)
    expected_total = forms.IntegerField(widget=forms.HiddenInput, required=False)
    amount = forms.DecimalField(
        label="Take off, in dollars",
        min_value=Decimal("0.01"),
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
        help_text="At most what is owed. What has been paid is given back by a refund.",
    )
    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues; the customer does not see it.",
    )

    def cents(self) -> int:
        """Return the amount that was typed, in cents."""
        return dollars_to_cents(self.cleaned_data["amount"])


def empty_form() -> LowerBillForm:
    """Return a form for a lowering of its own."""
    return LowerBillForm(initial={"lowering_id": uuid7()})
