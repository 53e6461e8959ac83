"""Shapes of a cancellation. Money is integer cents."""

from typing import Any

from rest_framework import serializers

from bookings.models import Status
from bookings.policy import Rule
from payments.api.serializers.requests import MOST, StrictSerializer
from payments.models import Payment, Refund


class PreviewQuery(serializers.Serializer[Any]):
    preview = serializers.BooleanField(
        default=False, help_text="Say what would happen; nothing does."
    )


class CancelRequest(StrictSerializer):
    """`refund_amount` is for staff who may depart from the policy, with a `reason`."""

    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    expected_refund = serializers.IntegerField(
        min_value=0,
        max_value=MOST,
        required=False,
        help_text="Cents that the preview said: if it is another sum by now, nothing is done.",
    )
    refund_amount = serializers.IntegerField(
        min_value=0, max_value=MOST, required=False, help_text="Cents, instead of the policy's."
    )


class RefundOfCancellation(serializers.Serializer[Any]):
    refund_id = serializers.UUIDField(allow_null=True, help_text="Null in a preview.")
    payment_id = serializers.UUIDField()
    payment_type = serializers.ChoiceField(choices=Payment.Purpose.choices)
    method = serializers.ChoiceField(choices=Payment.Method.choices)
    amount = serializers.IntegerField(help_text="Cents.")
    status = serializers.ChoiceField(
        choices=Refund.Status.choices, allow_null=True, help_text="Null in a preview."
    )


class CancelAnswer(serializers.Serializer[Any]):
    booking_id = serializers.UUIDField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices, help_text="The booking's.")
    currency = serializers.CharField()
    refunds = RefundOfCancellation(many=True)
    refund_total = serializers.IntegerField(help_text="Cents that go back, tips included.")
    policy_refund = serializers.IntegerField(help_text="Cents that the policy gives back.")
    kept = serializers.IntegerField(help_text="Cents that stay with us.")
    rule = serializers.CharField(help_text="The rule that applies, in words.")
    rule_code = serializers.ChoiceField(choices=[rule.value for rule in Rule])
