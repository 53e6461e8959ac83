"""Shapes of quotes."""

from dataclasses import replace
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings import links
from bookings.api.serializers import (
    MOST,
    BookingRequest,
    ItemSerializer,
    LineSerializer,
    TaxModeField,
)
from bookings.models import Quote
from bookings.pricing import Line
from bookings.services import Consent, Contact, Words
from bookings.services.quotes import Offer, adjustment

# A draft that its customer asked for is shown to them as requested.
STATES = [(state, state) for state in ("requested", *Quote.Status.values)]
# Cents; no bill of ours comes near it.
MOST_CENTS = 10_000_000


class AdjustmentSerializer(serializers.Serializer[Line]):
    """A line that staff add to the bill; a discount's amount is negative."""

    label = serializers.CharField(max_length=100)  # type: ignore[assignment]  # a column
    quantity = serializers.IntegerField(min_value=1, max_value=MOST, default=1)
    unit_amount = serializers.IntegerField(
        min_value=-MOST_CENTS, max_value=MOST_CENTS, help_text="Cents, each."
    )

    def to_internal_value(self, data: Any) -> Any:
        """Return the line."""
        values = super().to_internal_value(data)
        return adjustment(**values)


def _adjustments() -> Any:
    options: Any = {"many": True, "required": False, "max_length": 20}
    return AdjustmentSerializer(**options)


class QuoteRequest(BookingRequest):
    """As a booking's body; `extra_lines` and `message` are for staff alone."""

    extra_lines = _adjustments()
    message = serializers.CharField(max_length=2000, required=False, allow_blank=True)

    def offer(self, old: Offer | None = None) -> Offer:
        """Return what to offer: what was sent, and the rest as in `old`."""
        data = self.validated_data
        given = {name: data[name] for name in ("date", "time", "message") if name in data}
        if "extra_lines" in data:
            given["extra_lines"] = tuple(data["extra_lines"])
        if old is None:
            return Offer(order=self.order(), contact=self.contact(), words=self.words(), **given)
        return replace(
            old,
            order=_revised(old.order, self._pick(type(old.order)), self.order()),
            contact=replace(old.contact, **self._contact()),
            words=replace(old.words, **self._pick(Words)),
            **given,
        )

    def _contact(self) -> dict[str, Any]:
        names = Contact.__dataclass_fields__
        data = self.validated_data
        return {name: data[f"contact_{name}"] for name in names if f"contact_{name}" in data}


def _revised(old: Any, given: dict[str, Any], new: Any) -> Any:
    values = {name: getattr(new, name) for name in given}
    # Whoever gives the adults alone leaves the sum to us.
    if "adults" in given and "guests" not in given:
        values["guests"] = None
    return replace(old, **values)


class SendRequest(serializers.Serializer[Any]):
    expires_at = serializers.DateTimeField(
        required=False,
        help_text="Until when it can be accepted; by the rules if left out, and never past the"
        " last moment at which its slot can be booked.",
    )


class ByTokenRequest(serializers.Serializer[Any]):
    token = serializers.CharField(
        max_length=200,
        required=False,
        help_text="What stands at the end of the quote's link: its bearer needs no login.",
    )


class AcceptRequest(ByTokenRequest):
    date = serializers.DateField(
        required=False, help_text="Another slot nearby, where the quoted one is gone."
    )
    time = serializers.TimeField(required=False)
    terms_accepted = serializers.BooleanField(
        required=False,
        help_text="Whether the customer has just accepted the terms, cancellation policy included.",
    )

    def consent(self, *, client_ip: str | None) -> Consent:
        """Return what the customer agreed to, and from where."""
        accepted = self.validated_data.get("terms_accepted", False)
        return Consent(accepted=accepted, client_ip=client_ip)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("date" in attrs) != ("time" in attrs):
            raise serializers.ValidationError("Give both date and time, or neither.")
        return attrs


class DeclineRequest(ByTokenRequest):
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class QuoteAnswer(serializers.ModelSerializer[Quote]):
    """A version of a quote. To whom asked for it, it has no price until it is sent."""

    status = serializers.SerializerMethodField()
    superseded = serializers.BooleanField(
        source="is_superseded", help_text="There is a newer version."
    )
    time = serializers.TimeField(format="%H:%M")
    add_ons = ItemSerializer(many=True)
    proteins = ItemSerializer(many=True)
    lines = LineSerializer(many=True, allow_null=True)
    total = serializers.IntegerField(allow_null=True, help_text="Cents.")
    deposit_due = serializers.IntegerField(
        allow_null=True, help_text="Cents; due on accepting, within the hold."
    )
    tax_mode = TaxModeField()
    booking_id = serializers.UUIDField(allow_null=True)
    booking_reference = serializers.CharField(
        source="booking.reference", default=None, allow_null=True
    )
    url = serializers.SerializerMethodField(help_text="The page to answer it on.")

    class Meta:
        model = Quote
        fields = [
            "id", "reference", "version", "superseded", "customer_id", "status",
            "asked_by_customer", "date", "time",
            "guests", "adults", "children", "toddlers", "menu", "add_ons", "proteins",
            "notes", "allergies", "location", "location_needs_review",
            "contact_name", "contact_email", "contact_phone", "message",
            "currency", "lines", "total", "deposit_due", "tax_mode",
            "created_at", "sent_at", "expires_at", "answered_at", "decline_reason",
            "booking_id", "booking_reference", "url",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=STATES))
    def get_status(self, quote: Quote) -> str:
        """Return how it stands now."""
        return "requested" if self._is_wish(quote) else quote.status_at(timezone.now())

    def get_url(self, quote: Quote) -> str | None:
        """Return the public page, which a draft has not."""
        return None if quote.status == Quote.Status.DRAFT else links.link("quote", quote)

    def to_representation(self, instance: Quote) -> dict[str, Any]:
        """Return the quote; a price that nobody has offered yet stays with staff."""
        data = super().to_representation(instance)
        hidden = ("lines", "total", "deposit_due") if self._is_wish(instance) else ()
        return data | dict.fromkeys(hidden)

    def _is_wish(self, quote: Quote) -> bool:
        return quote.status == Quote.Status.DRAFT and not self.context["for_staff"]


class AcceptAnswer(serializers.Serializer[Any]):
    """The booking that a quote has become."""

    booking_id = serializers.UUIDField(source="pk")
    booking_reference = serializers.CharField(source="reference")
    status = serializers.CharField(help_text="The booking's.")
    total = serializers.IntegerField(help_text="Cents.")
    deposit_due = serializers.IntegerField(help_text="Cents; paid, it confirms the booking.")
    hold_expires_at = serializers.DateTimeField(allow_null=True)
    pay_url = serializers.SerializerMethodField(help_text="The page to pay it on.")

    def get_pay_url(self, booking: Any) -> str:
        """Return the public page of the booking."""
        return links.link("pay-booking", booking)


class DeclineAnswer(serializers.Serializer[Quote]):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    status = serializers.CharField()
