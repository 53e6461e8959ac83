from collections.abc import Iterable
from typing import Any

from django import forms

from bookings.services.payable import Due
from myhibachi.core.ids import uuid7
from payments.services.saved_cards import SavedCard


class SavedCardForm(forms.Form):
    """Which saved card to charge with what is due.

    `charge_id` is made with the form and becomes Stripe's idempotency key, so one form charges
    once, however often it is sent; `payment_type` and `amount` (cents) are what was shown.
    """

    charge_id = forms.UUIDField(widget=forms.HiddenInput)
    payment_type = forms.CharField(widget=forms.HiddenInput)
    amount = forms.IntegerField(widget=forms.HiddenInput)
    card = forms.ChoiceField(label="Saved card")

    def __init__(self, *args: Any, cards: Iterable[SavedCard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cards = {card.id: card for card in cards}
        self.fields["card"].choices = [  # type: ignore[attr-defined]  # a ChoiceField's
            (card.id, f"{card}, expires {card.expires}") for card in self.cards.values()
        ]

    @property
    def chosen(self) -> SavedCard:
        """The card that was chosen."""
        return self.cards[self.cleaned_data["card"]]


def empty_form(due: Due, cards: list[SavedCard]) -> SavedCardForm:
    """Return a form that offers the newest card for what is due."""
    initial = {"charge_id": uuid7(), "payment_type": due.payment_type, "amount": due.amount}
    return SavedCardForm(initial=initial, cards=cards)
