import datetime as dt
from typing import Any

from django import forms

from myhibachi.core.ids import uuid7

REFUND, KEEP = "refund", "keep"
Choices = list[tuple[str, str]]


class LateMoneyForm(forms.Form):
    """What becomes of money that came too late.

    `choice_id` is made with the form, so one form refunds once, however often it is sent.
    """

    choice_id = forms.UUIDField(widget=forms.HiddenInput)
    expected_refund = forms.IntegerField(widget=forms.HiddenInput)
    choice = forms.ChoiceField(label="What to do", widget=forms.RadioSelect)
    reason = forms.CharField(
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For colleagues; needed where the money is kept.",
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField's

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the money is kept."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("choice") == KEEP and not data.get("reason"):
            self.add_error("reason", "Say why it is kept.")
        return data

    def slot(self) -> tuple[dt.date, dt.time] | None:
        """Return the slot that was chosen; None where it is no slot."""
        choice = self.cleaned_data["choice"]
        if choice in (REFUND, KEEP):
            return None
        moment = dt.datetime.fromisoformat(choice)
        return moment.date(), moment.time()


def slot_value(date: dt.date, time: dt.time) -> str:
    """Return what the form sends for a slot."""
    return f"{date.isoformat()}T{time:%H:%M}"


def empty_form(*, choices: Choices, total: int) -> LateMoneyForm:
    """Return a form for a choice of its own; `total` is the cents that are shown."""
    return LateMoneyForm(initial={"choice_id": uuid7(), "expected_refund": total}, choices=choices)
