from typing import Any

from django import forms

from myhibachi.core.errors import DomainError
from payments.models import Payment
from payments.services.money_in.rows import MAX_BYTES, decoded

METHODS = ("zelle", "venmo", "check", "cash")
PASTED = "pasted"


class ImportForm(forms.Form):
    """A statement, pasted or from a file, and what it does not say itself."""

    file = forms.FileField(
        label="CSV file",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
        help_text="As your bank, Venmo or Zelle exports it.",
    )
    text = forms.CharField(
        label="Or paste it",
        required=False,
        strip=False,
        max_length=MAX_BYTES,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "vLargeTextField"}),
        help_text="Rows copied from a page or a spreadsheet, or lines with a date and an amount.",
    )
    method = forms.ChoiceField(
        label="It came by",
        required=False,
        choices=[
            ("", "As each line says"),
            *((each.value, each.label) for each in Payment.Method if each in METHODS),
        ],
        help_text="Lines that went out, and what Stripe paid out, are left out in any case.",
    )
    date_order = forms.ChoiceField(
        label="Dates such as 11/05",
        required=False,
        choices=[
            ("", "As the other dates tell"),
            ("month", "Month first: November 5"),
            ("day", "Day first: May 11"),
        ],
    )
    source = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    # What the person has looked at, on the way from the preview.
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Read the file, so that from here on there is a text and where it comes from."""
        data: dict[str, Any] = super().clean() or {}
        if file := data.get("file"):
            try:
                # One more than it may be: what is larger is refused, and not read.
                data["text"] = decoded(file.read(MAX_BYTES + 1))
            except DomainError as error:
                self.add_error("file", error.detail)
            data["source"] = file.name
        elif not (data.get("text") or "").strip() and not self.errors:
            self.add_error("text", "Choose a file or paste the lines.")
        data["source"] = data.get("source") or PASTED
        return data

    def carried(self) -> "ImportForm":
        """Return a form that holds the text itself, not a file that a browser won't send again."""
        names = ("text", "method", "date_order", "source")
        return ImportForm(initial={name: self.cleaned_data.get(name) for name in names})
