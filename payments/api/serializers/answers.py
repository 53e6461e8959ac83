"""Shapes of what goes out. Money is integer cents."""

from typing import Any

from rest_framework import serializers

from payments.models import Dispute, Invoice, Payment, Refund
from payments.queries.refund_states import state_of


def _cents(text: str = "") -> Any:
    return serializers.IntegerField(help_text=f"Cents. {text}".strip())


class CheckoutAnswer(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Stripe's page: send the customer there.")
    session_id = serializers.CharField()


class PaymentIntentAnswer(serializers.Serializer[Any]):
    client_secret = serializers.CharField(help_text="For Stripe's Payment Element.")
    payment_intent_id = serializers.CharField()


class PortalAnswer(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Works once, for a few minutes.")


class RefundData(serializers.Serializer[Any]):
    refund_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Refund.Status.choices)
    amount = _cents()


class RefundDone(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()
    data = RefundData()  # type: ignore[assignment]  # the contract's name, not the serializer's


class StaffFieldsMixin(serializers.Serializer[Any]):
    """Leaves `staff_only` out unless the view says that the caller is staff."""

    staff_only: tuple[str, ...] = ()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return what this caller may see."""
        shown: dict[str, Any] = super().to_representation(instance)
        if not self.context.get("is_staff"):
            for name in self.staff_only:
                shown.pop(name, None)
        return shown


class RefundOfPayment(StaffFieldsMixin, serializers.ModelSerializer[Refund]):
    staff_only = (
        "notes", "failure_reason", "stripe_refund_id", "requested_by", "approval", "decided_by",
        "state",
    )  # fmt: skip

    amount = _cents()
    status = serializers.ChoiceField(choices=Refund.Status.choices)
    notes = serializers.CharField(required=False, help_text="Staff only.")
    failure_reason = serializers.CharField(required=False, help_text="Staff only.")
    stripe_refund_id = serializers.CharField(
        required=False, allow_null=True, help_text="Staff only."
    )
    requested_by = serializers.UUIDField(
        source="requested_by_id",
        required=False,
        allow_null=True,
        help_text="Staff only. Null: in Stripe's dashboard.",
    )
    approval = serializers.ChoiceField(
        choices=Refund.Approval.choices,
        required=False,
        allow_blank=True,
        help_text="Staff only. Of one above a limit: what a second person says. Else empty.",
    )
    decided_by = serializers.UUIDField(
        source="decided_by_id",
        required=False,
        allow_null=True,
        help_text="Staff only. Who approved or rejected it.",
    )
    state = serializers.SerializerMethodField(
        help_text="Staff only. Stripe's status, and more: `waits_for_approval`, `not_approved`, "
        "`to_pay_back`, `reversed`."
    )

    class Meta:
        model = Refund
        fields = [
            "id", "amount", "currency", "status", "reason", "created_at", "updated_at",
            "notes", "failure_reason", "stripe_refund_id", "requested_by", "approval",
            "decided_by", "state",
        ]  # fmt: skip
        read_only_fields = fields

    def get_state(self, refund: Refund) -> str:
        return state_of(refund)


class RefundAnswer(RefundOfPayment):
    payment_id = serializers.UUIDField()
    booking_id = serializers.UUIDField(source="payment.booking_id")
    booking_reference = serializers.CharField(source="payment.booking.reference")
    customer_id = serializers.UUIDField(source="payment.customer_id")

    class Meta(RefundOfPayment.Meta):
        fields = [
            "id", "payment_id", "booking_id", "booking_reference", "customer_id",
            *RefundOfPayment.Meta.fields[1:],
        ]  # fmt: skip
        read_only_fields = fields


class PaymentAnswer(StaffFieldsMixin, serializers.ModelSerializer[Payment]):
    """One attempt to take money, and what became of it."""

    staff_only = (
        "fee", "net", "stripe_charge_id", "stripe_payment_intent_id", "awaiting_stripe", "note",
        "recorded_by",
    )  # fmt: skip

    booking_reference = serializers.CharField(source="booking.reference")
    method = serializers.ChoiceField(choices=Payment.Method.choices)
    surface = serializers.ChoiceField(choices=Payment.Surface.choices)
    payment_type = serializers.ChoiceField(choices=Payment.Purpose.choices)
    status = serializers.ChoiceField(choices=Payment.Status.choices)
    amount = _cents()
    tax = _cents("On top of `amount`, by Stripe Tax.")
    refunded = _cents("What has gone back.")
    refundable = serializers.IntegerField(
        source="left", help_text="Cents left to refund; refunds under way count as gone."
    )
    refunds = RefundOfPayment(many=True, help_text="The oldest first.")
    fee = serializers.IntegerField(required=False, help_text="Staff only. Stripe's fees, in cents.")
    net = serializers.IntegerField(
        required=False, help_text="Staff only. Cents that are left after all."
    )
    stripe_charge_id = serializers.CharField(
        required=False, allow_null=True, help_text="Staff only."
    )
    stripe_payment_intent_id = serializers.CharField(
        required=False, allow_null=True, help_text="Staff only."
    )
    awaiting_stripe = serializers.BooleanField(
        required=False, help_text="Staff only. Stripe has not answered our call yet."
    )
    note = serializers.CharField(required=False, help_text="Staff only.")
    recorded_by = serializers.UUIDField(
        source="recorded_by_id",
        required=False,
        allow_null=True,
        help_text="Staff only. Who recorded a payment that did not come by card.",
    )

    class Meta:
        model = Payment
        fields = [
            "id", "booking_id", "booking_reference", "customer_id",
            "payment_type", "method", "surface", "amount", "tax", "currency", "status",
            "failure_code", "failure_message", "refunded", "refundable", "refunds",
            "stripe_checkout_session_id", "succeeded_at", "created_at", "updated_at",
            "fee", "net", "stripe_payment_intent_id", "stripe_charge_id",
            "awaiting_stripe", "note", "recorded_by",
        ]  # fmt: skip
        read_only_fields = fields


class InvoiceAnswer(StaffFieldsMixin, serializers.ModelSerializer[Invoice]):
    staff_only = ("stripe_invoice_id", "awaiting_stripe")

    booking_reference = serializers.CharField(source="booking.reference")
    amount = _cents()
    status = serializers.ChoiceField(choices=Invoice.Status.choices)
    stripe_invoice_id = serializers.CharField(
        required=False, allow_null=True, help_text="Staff only."
    )
    awaiting_stripe = serializers.BooleanField(
        required=False, help_text="Staff only. Stripe has not answered our call yet."
    )

    class Meta:
        model = Invoice
        fields = [
            "id", "booking_id", "booking_reference", "customer_id", "amount", "currency", "status",
            "number", "days_until_due", "due_at", "hosted_invoice_url", "invoice_pdf",
            "created_at", "updated_at", "stripe_invoice_id", "awaiting_stripe",
        ]  # fmt: skip
        read_only_fields = fields


class DisputeAnswer(StaffFieldsMixin, serializers.ModelSerializer[Dispute]):
    staff_only = ("evidence_due_by", "stripe_dispute_id")

    booking_id = serializers.UUIDField(source="payment.booking_id")
    booking_reference = serializers.CharField(source="payment.booking.reference")
    customer_id = serializers.UUIDField(source="payment.customer_id")
    amount = _cents()
    status = serializers.ChoiceField(choices=Dispute.Status.choices)
    evidence_due_by = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Staff only."
    )
    stripe_dispute_id = serializers.CharField(required=False, help_text="Staff only.")

    class Meta:
        model = Dispute
        fields = [
            "id", "payment_id", "booking_id", "booking_reference", "customer_id",
            "amount", "currency", "reason", "status", "opened_at", "created_at", "updated_at",
            "evidence_due_by", "stripe_dispute_id",
        ]  # fmt: skip
        read_only_fields = fields
