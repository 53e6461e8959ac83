"""Shapes of what comes in. Whether it may be done is for the services to say."""

from typing import Any

from rest_framework import serializers

from myhibachi.core.money import dollars_to_cents
from payments.models import Payment
from payments.queries.period import BASES, EVENT, GRANULARITIES

# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
LEAST, MOST = 50, 99_999_999
MANUAL_METHODS = [choice for choice in Payment.Method.choices if choice[0] != "stripe"]


def _booking_id() -> serializers.CharField:
    return serializers.CharField(max_length=64, help_text="A booking's id or its reference.")


def _payment_type() -> serializers.ChoiceField:
    return serializers.ChoiceField(
        choices=Payment.Purpose.choices,
        required=False,
        help_text="The deposit while none is paid, else the balance, if left out.",
    )


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know: a misspelled amount must not become "all of it"."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values.

        Raises:
            ValidationError: there is a field too many, or one is wrong.
        """
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            messages = {str(name): ["There is no such field."] for name in sorted(unknown)}
            raise serializers.ValidationError(messages, code="unknown_field")
        return super().to_internal_value(data)


class LineItem(serializers.Serializer[Any]):
    """What the frontend shows its customer."""

    name = serializers.CharField(max_length=250, required=False)
    amount = serializers.IntegerField(min_value=1, max_value=MOST, help_text="Cents, each.")
    quantity = serializers.IntegerField(min_value=1, max_value=1000, default=1)


def _line_items() -> Any:
    options: Any = {"many": True, "required": False, "allow_empty": False, "max_length": 50}
    return LineItem(**options)


class PayRequest(serializers.Serializer[Any]):
    """Asks to pay for a booking. The server knows what is due; a tip is the customer's choice."""

    booking_id = _booking_id()
    payment_type = _payment_type()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Add the `amount` believed to be due, in cents; keep a tip within what Stripe takes."""
        items = attrs.get("line_items")
        if items:
            attrs["amount"] = sum(item["amount"] * item["quantity"] for item in items)
        is_tip = attrs.get("payment_type") == Payment.Purpose.GRATUITY
        if is_tip and not LEAST <= attrs.get("amount", LEAST) <= MOST:
            raise serializers.ValidationError({"amount": f"A tip is {LEAST} to {MOST} cents."})
        return attrs


class CheckoutRequest(PayRequest):
    """`line_items` are what the frontend believes is due; left out, the server says."""

    line_items = _line_items()
    mode = serializers.ChoiceField(choices=["payment"], default="payment")


class PaymentIntentRequest(PayRequest):
    """`amount` is what the frontend believes is due; left out, the server says."""

    amount = serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, help_text="Cents."
    )


class RefundRequest(StrictSerializer):
    """Without an amount it is all that is left."""

    payment_id = serializers.UUIDField()
    amount = serializers.DecimalField(
        max_digits=10,
        decimal_places=2,
        required=False,
        coerce_to_string=False,
        help_text="Dollars, the one amount of this API that is not cents.",
    )
    amount_cents = serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, help_text="Cents, instead of `amount`."
    )
    reason = serializers.CharField(
        max_length=100, required=False, allow_blank=True, help_text="Any words; kept as given."
    )
    notes = serializers.CharField(max_length=2000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Turn dollars into `amount_cents`.

        Raises:
            ValidationError: both amounts, or none to speak of.
        """
        dollars = attrs.pop("amount", None)
        if dollars is None:
            return attrs
        if "amount_cents" in attrs:
            message = "Either amount (dollars) or amount_cents, not both."
            raise serializers.ValidationError({"amount_cents": message})
        if dollars <= 0:
            raise serializers.ValidationError({"amount": "Must be more than 0."})
        return attrs | {"amount_cents": dollars_to_cents(dollars)}


class RejectRefundRequest(StrictSerializer):
    reason = serializers.CharField(max_length=500, help_text="Why it is not approved.")


class InvoiceRequest(StrictSerializer):
    booking_id = _booking_id()
    days_until_due = serializers.IntegerField(
        min_value=1, max_value=365, required=False, help_text="As the rule book says if left out."
    )


class ManualPaymentRequest(StrictSerializer):
    """Money that has been received without Stripe."""

    booking_id = _booking_id()
    method = serializers.ChoiceField(choices=MANUAL_METHODS)
    amount = serializers.IntegerField(min_value=1, max_value=MOST, help_text="Cents.")
    payment_type = _payment_type()
    received_at = serializers.DateTimeField(required=False, help_text="Now if left out.")
    note = serializers.CharField(max_length=400, required=False, allow_blank=True)
    reference = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        help_text="The other side's number for it, such as a check's.",
    )


class DatesQuery(serializers.Serializer[Any]):
    """Dates at the venue; the last twelve months if left out."""

    to = serializers.DateField(required=False, help_text="Included; today if left out.")

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which Python keeps for itself."""
        text = "The first of the month eleven months before `to` if left out."
        return {
            "from": serializers.DateField(required=False, help_text=text)
        } | super().get_fields()


class PaymentAnalyticsQuery(DatesQuery):
    granularity = serializers.ChoiceField(choices=GRANULARITIES, default="month")
    basis = serializers.ChoiceField(
        choices=BASES,
        default=EVENT,
        help_text="By the date it happened on, or by that from which the money was ours to use.",
    )


class CustomerAnalyticsQuery(DatesQuery):
    limit = serializers.IntegerField(
        min_value=1, max_value=100, default=10, help_text="How many top customers."
    )
