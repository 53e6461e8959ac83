from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from bookings.admin.forms import FIELDS, OrderForm
from bookings.admin.quote_lines import AdjustmentsField
from bookings.models import Quote
from bookings.rules import Rules
from bookings.services.quotes import Offer, change_quote, create_quote, revise_quote


class QuoteForm(OrderForm):
    """Drafts a quote, changes a draft, or drafts the next version, through the services.

    Attributes:
        revises: the version that this one is to take the place of; `QuoteAdmin` sets it.
    """

    revises: ClassVar[Quote | None] = None

    extra_lines = AdjustmentsField(label="Adjustments")
    message = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text="What the customer reads above the price.",
    )

    class Meta:
        model = Quote
        fields = (*FIELDS, "extra_lines", "message")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.revises:
            self.initial["customer"] = self.revises.customer_id
            self._set("customer", disabled=True)

    def menu_rules(self, current: Rules) -> Rules:
        """Return those that the draft was made under."""
        rules: Rules = current if self.instance._state.adding else self.instance.rules
        return rules

    def call(self) -> Quote:
        """Call the service."""
        now = timezone.now()
        if self.revises:
            return revise_quote(
                quote_id=self.revises.pk, offer=self._offer(), actor=self.actor, now=now
            )
        if self.instance._state.adding:
            customer = self.cleaned_data["customer"]
            return create_quote(customer=customer, offer=self._offer(), actor=self.actor, now=now)
        return change_quote(
            quote_id=self.instance.pk, offer=self._offer(), actor=self.actor, now=now
        )

    def _offer(self) -> Offer:
        asked = self.asked()
        return Offer(
            **{name: asked[name] for name in ("date", "time", "order", "contact", "words")},
            extra_lines=self.cleaned_data["extra_lines"],
            message=self.cleaned_data["message"],
        )
