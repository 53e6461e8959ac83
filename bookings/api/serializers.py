"""Shapes: what comes in, what goes out. What the rules allow is for the services to say."""

from typing import Any

from rest_framework import serializers

from bookings.models import Booking, Menu, Status
from bookings.pricing import Item, duration_minutes
from bookings.queries.rules import TAX_MODES, tax_mode
from bookings.services import Changes, Consent, Contact, Order, Words

# More than any rule book allows, less than the columns hold.
MOST = 1000


class ItemSerializer(serializers.Serializer[Item]):
    code = serializers.CharField(max_length=40)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST)


def _items() -> Any:
    options: Any = {"many": True, "default": list, "max_length": 50}
    return ItemSerializer(**options)


class LineSerializer(serializers.Serializer[Any]):
    """One line of the bill, in cents."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a column, not the field's own
    quantity = serializers.IntegerField()
    unit_amount = serializers.IntegerField()
    amount = serializers.IntegerField()


class TaxModeField(serializers.ChoiceField):
    """How a bill is taxed, by the rules it was made under."""

    def __init__(self) -> None:
        super().__init__(
            choices=TAX_MODES,
            source="rules",
            read_only=True,
            help_text="`flat`: the tax is a line of the bill. `stripe`: Stripe Tax comes on top at "
            "Checkout and on invoices; travel, fees and tips are not taxed.",
        )

    def to_representation(self, value: Any) -> str:
        """Return it in a word."""
        return tax_mode(value)


class OrderSerializer(serializers.Serializer[Order]):
    """What is asked for. Guests not said to be children or toddlers are adults."""

    guests = serializers.IntegerField(min_value=1, max_value=MOST, required=False)
    adults = serializers.IntegerField(min_value=0, max_value=MOST, required=False)
    children = serializers.IntegerField(min_value=0, max_value=MOST, default=0)
    toddlers = serializers.IntegerField(min_value=0, max_value=MOST, default=0)
    menu = serializers.ChoiceField(choices=Menu.choices, default=Menu.ADULT)
    location = serializers.CharField(max_length=300, required=False)
    add_ons = _items()
    proteins = _items()

    def order(self) -> Order:
        """Return what was asked for."""
        return Order(**_with_items(self._pick(Order)))

    def _pick(self, shape: type) -> dict[str, Any]:
        names = shape.__dataclass_fields__.keys()  # type: ignore[attr-defined]  # a dataclass
        return {name: value for name, value in self.validated_data.items() if name in names}


class BookingRequest(OrderSerializer):
    date = serializers.DateField(help_text="At the venue.")
    time = serializers.TimeField(help_text="At the venue.", format="%H:%M")
    location = serializers.CharField(max_length=300)
    notes = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    allergies = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    contact_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    contact_email = serializers.EmailField(required=False, allow_blank=True)
    contact_phone = serializers.CharField(max_length=32, required=False, allow_blank=True)
    terms_accepted = serializers.BooleanField(
        required=False,
        help_text="Whether the customer has just accepted the terms, cancellation policy included.",
    )

    def contact(self) -> Contact:
        """Return whom to call about the party."""
        data = self.validated_data
        return Contact(
            name=data.get("contact_name", ""),
            email=data.get("contact_email", ""),
            phone=data.get("contact_phone", ""),
        )

    def consent(self, *, client_ip: str | None) -> Consent:
        """Return what the customer agreed to, and from where."""
        accepted = self.validated_data.get("terms_accepted", False)
        return Consent(accepted=accepted, client_ip=client_ip)

    def words(self) -> Words:
        """Return what the customer tells the kitchen."""
        return Words(**self._pick(Words))

    def changes(self) -> Changes:
        """Return what an update asks to change."""
        return Changes(**_with_items(self._pick(Changes)))


class BookingAnswer(serializers.ModelSerializer[Booking]):
    status = serializers.ChoiceField(choices=Status.choices)
    time = serializers.TimeField(format="%H:%M")
    duration_minutes = serializers.SerializerMethodField()
    add_ons = ItemSerializer(many=True)
    proteins = ItemSerializer(many=True)
    lines = LineSerializer(many=True)
    total = serializers.IntegerField(help_text="Cents.")
    deposit_due = serializers.IntegerField(help_text="Cents; paid, it confirms the booking.")
    paid = serializers.IntegerField(help_text="Cents, tips not counted.")
    balance = serializers.IntegerField(help_text="Cents left to pay.")
    tax_mode = TaxModeField()

    class Meta:
        model = Booking
        fields = [
            "id", "reference", "customer_id", "status",
            "date", "time", "starts_at", "duration_minutes", "hold_expires_at",
            "guests", "adults", "children", "toddlers", "menu", "add_ons", "proteins",
            "notes", "allergies", "location", "location_needs_review",
            "contact_name", "contact_email", "contact_phone",
            "currency", "lines", "total", "deposit_due", "paid", "balance", "tax_mode",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_duration_minutes(self, booking: Booking) -> int:
        """Return how long the party takes."""
        return duration_minutes(booking.rules, guests=booking.guests)


class PriceAnswer(serializers.Serializer[Any]):
    """What a party would cost, in cents."""

    guests = serializers.IntegerField()
    duration_minutes = serializers.IntegerField()
    location_needs_review = serializers.BooleanField(
        help_text="We can't tell how far this is: travel may be added."
    )
    currency = serializers.CharField()
    lines = LineSerializer(many=True)
    total = serializers.IntegerField()
    deposit_due = serializers.IntegerField()
    tax_mode = TaxModeField()


class SlotSerializer(serializers.Serializer[Any]):
    """A slot with places left."""

    date = serializers.DateField()
    time = serializers.TimeField(format="%H:%M")
    starts_at = serializers.DateTimeField()
    places = serializers.IntegerField()


class AvailabilityAnswer(serializers.Serializer[Any]):
    slots = SlotSerializer(many=True)


class AvailabilityQuery(serializers.Serializer[Any]):
    to = serializers.DateField(required=False, help_text="Included; 30 days after `from`.")

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which Python keeps for itself."""
        first = serializers.DateField(required=False, help_text="Today, at the venue.")
        return {"from": first} | super().get_fields()


def _with_items(values: dict[str, Any]) -> dict[str, Any]:
    lists = {name: values[name] for name in ("add_ons", "proteins") if name in values}
    return values | {name: tuple(Item(**item) for item in chosen) for name, chosen in lists.items()}
