from decimal import Decimal
from typing import Any

from django import forms

from myhibachi.core.ids import uuid7
from myhibachi.core.money import dollars_to_cents
from payments.services.cancel_terms import Terms


class CancelForm(forms.Form):
    """Why a booking is canceled, and what goes back where that is not what the policy says.

    `cancellation_id` is made with the form, so one form cancels once, however often it is sent.
    """

    cancellation_id = forms.UUIDField(widget=forms.HiddenInput)
    expected_refund = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues; the customer does not see it.",
    )
    refund_amount = forms.DecimalField(
        label="Another refund, in dollars",
        required=False,
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
        help_text="Left empty, it is what the policy says. The reason has to explain any other.",
    )

    def __init__(self, *args: Any, may_override: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_override:
            del self.fields["refund_amount"]

    def terms(self) -> Terms:
        """Return what was typed; an amount in cents."""
        data = self.cleaned_data
        dollars = data.get("refund_amount")
        return Terms(
            reason=data["reason"],
            expected_refund=data["expected_refund"],
            refund_amount=None if dollars is None else dollars_to_cents(dollars),
        )


def empty_form(*, may_override: bool) -> CancelForm:
    """Return a form for a cancellation of its own."""
    return CancelForm(initial={"cancellation_id": uuid7()}, may_override=may_override)
