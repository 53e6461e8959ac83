import datetime as dt

from django import forms
from django.core.exceptions import ValidationError

from bookings.services import Move
from myhibachi.core.ids import uuid7

FORMAT = "%Y-%m-%d %H:%M"


class SlotField(forms.CharField):
    """A slot as its radio button sends it: "2027-07-04 18:00"."""

    def to_python(self, value: object) -> str:
        """Return the slot's words, which `slot` reads.

        Raises:
            ValidationError: it is not a date and a time.
        """
        text = super().to_python(value) or ""
        try:
            return text and f"{slot(text):{FORMAT}}"
        except ValueError as error:
            raise ValidationError("This is not a date and a time.") from error


def slot(text: str) -> dt.datetime:
    """Return the local date and time that a radio button sends; of no zone, as on the wall.

    Raises:
        ValueError: it is not one.
    """
    return dt.datetime.strptime(text, FORMAT)  # noqa: DTZ007 # local to the venue, as slots are


class MoveForm(forms.Form):
    """Where a booking moves to, and on what terms.

    `move_id` is made with the form, so one form moves once, however often it is sent.
    """

    move_id = forms.UUIDField(widget=forms.HiddenInput)
    expected_fee = forms.IntegerField(widget=forms.HiddenInput, required=False)
    slot = SlotField(error_messages={"required": "Choose a slot."})
    waive_fee = forms.BooleanField(required=False, label="Waive the fee")
    reason = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For colleagues; the customer does not see it. Needed to waive the fee.",
    )

    def move(self) -> Move:
        """Return what was chosen."""
        data = self.cleaned_data
        to = slot(data["slot"])
        return Move(
            date=to.date(),
            time=to.time(),
            expected_fee=data["expected_fee"],
            waive_fee=data["waive_fee"],
            reason=data["reason"],
            move_id=data["move_id"],
        )


def empty_form() -> MoveForm:
    """Return a form for a move of its own."""
    return MoveForm(initial={"move_id": uuid7()})
