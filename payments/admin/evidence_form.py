"""The form of a dispute's evidence: Stripe's fields, with what a bank wants to read in each."""

from collections.abc import Mapping
from datetime import datetime

from django import forms

from payments.services.evidence_fields import FIELDS, LONGEST, LONGEST_LINE

LABELS = {
    "customer_name": "Customer's name",
    "customer_email_address": "Customer's e-mail",
    "customer_purchase_ip": "IP address of the purchase",
    "billing_address": "Billing address",
    "product_description": "What was sold",
    "service_date": "Date of the party",
    "cancellation_policy_disclosure": "Cancellation policy, and how it was shown",
    "cancellation_rebuttal": "Why the booking counts as not canceled",
    "refund_policy_disclosure": "Refund policy, and how it was shown",
    "refund_refusal_explanation": "Why no refund is due",
    "duplicate_charge_id": "The other charge",
    "duplicate_charge_explanation": "Why the two charges are no duplicates",
    "access_activity_log": "What the customer did, and when",
    "uncategorized_text": "Anything else",
}
HELP = {
    "customer_purchase_ip": "Where the customer booked from. Left empty where we don't know.",
    "billing_address": "As the card's bank knows it.",
    "product_description": "What the customer booked, for how many, where, and for how much.",
    "service_date": "The day on which the party took place, or will.",
    "cancellation_policy_disclosure": "The terms word for word, and when and where the customer "
    "accepted them, before paying.",
    "cancellation_rebuttal": "Whether and when they canceled, and what the terms say of that.",
    "refund_policy_disclosure": "The same, of refunds.",
    "refund_refusal_explanation": "What was refunded already, and why the rest is not owed.",
    "duplicate_charge_id": "Only where the reason is a duplicate: Stripe's id of the charge "
    "(ch_…) that the bank takes for the same.",
    "duplicate_charge_explanation": "What each of the two charges was for.",
    "access_activity_log": "A line for each step, with its time and IP address.",
    "uncategorized_text": "Your case in a few plain words first; then receipts and e-mails.",
}
GROUPS = (
    ("The customer", ("customer_name", "customer_email_address", "customer_purchase_ip",
                      "billing_address")),
    ("The party", ("product_description", "service_date")),
    ("The terms", ("cancellation_policy_disclosure", "cancellation_rebuttal",
                   "refund_policy_disclosure", "refund_refusal_explanation")),
    ("If they say they paid twice", ("duplicate_charge_id", "duplicate_charge_explanation")),
    ("Proof", ("access_activity_log", "uncategorized_text")),
)  # fmt: skip


class EvidenceForm(forms.Form):
    """All of Stripe's text fields. `seen` tells which draft was edited."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # as Django gave them
        for name, limit in FIELDS.items():
            is_line = limit <= LONGEST_LINE
            widget = forms.TextInput() if is_line else forms.Textarea(attrs={"rows": 8})
            self.fields[name] = forms.CharField(
                label=LABELS[name],
                help_text=HELP.get(name, ""),
                required=False,
                max_length=limit,
                widget=widget,
            )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields below their headings."""
        return [(heading, [self[name] for name in names]) for heading, names in GROUPS]

    def texts(self) -> dict[str, str]:
        """Return what was typed, by Stripe's names."""
        return {name: self.cleaned_data[name] for name in FIELDS}

    def seen_at(self) -> datetime | None:
        """Return when the draft that was edited had been saved; None if there was none.

        What is no time is nobody's draft.
        """
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            return None


def form_for(fields: Mapping[str, str], *, seen: datetime | None) -> EvidenceForm:
    """Return a form that shows a draft."""
    return EvidenceForm(initial={**fields, "seen": seen.isoformat() if seen else ""})


def rows(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what a bank reads: each field's name, and its text."""
    return [(LABELS[name], fields[name]) for name in FIELDS if fields.get(name)]


def length(fields: Mapping[str, str]) -> str:
    """Return how much of what Stripe takes is used, in words."""
    return f"{sum(map(len, fields.values())):,} of {LONGEST:,} characters"
