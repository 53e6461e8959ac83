from typing import Any

from django import forms
from django.utils import timezone

from payments.models import Refund


class PaidBackForm(forms.Form):
    """How staff paid a refund back, or why they won't."""

    outcome = forms.ChoiceField(
        label="What happened",
        choices=[("paid", "It was paid back"), ("given_up", "It won't be paid back")],
        widget=forms.RadioSelect,
        initial="paid",
    )
    how = forms.ChoiceField(choices=Refund.BY_HAND)
    paid_back_at = forms.SplitDateTimeField(
        label="When",
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date", "aria-label": "Paid back on"},
            time_attrs={"type": "time", "aria-label": "Paid back at"},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        ),
        help_text="At the venue.",
    )
    reference = forms.CharField(
        required=False,
        max_length=64,
        help_text="The other side's number for it, such as a check's.",
    )
    reason = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Where it won't be paid back: why not.",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where it won't be paid back."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("outcome") == "given_up" and not data.get("reason"):
            self.add_error("reason", "Say why it is not paid back.")
        return data


def empty_form(refund: Refund) -> PaidBackForm:
    """Return a form that offers the way the money came, and now."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    return PaidBackForm(
        initial={"outcome": "paid", "how": refund.payment.method, "paid_back_at": now}
    )
