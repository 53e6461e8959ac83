"""The shape of a booking's timeline. Money is integer cents."""

from typing import Any

from rest_framework import serializers

from payments.api.serializers.answers import StaffFieldsMixin


class TimelineObject(serializers.Serializer[Any]):
    type = serializers.CharField(source="object_type", help_text='Such as "payments.refund".')
    id = serializers.CharField(source="object_id")


class TimelineRow(StaffFieldsMixin, serializers.Serializer[Any]):
    staff_only = ("note",)

    at = serializers.DateTimeField()
    kind = serializers.CharField(
        help_text='The ledger\'s, such as "charge", or what happened, such as "booking.confirmed".'
    )
    title = serializers.CharField(help_text="For people.")
    amount = serializers.IntegerField(
        allow_null=True, help_text="Signed cents that moved; null where no money did."
    )
    paid = serializers.IntegerField(
        allow_null=True, help_text="Cents paid for the party by then, with this; null likewise."
    )
    actor = serializers.CharField(
        help_text='Who did it; to customers "you", "My Hibachi" or "Stripe".'
    )
    note = serializers.CharField(required=False, help_text="Why. Staff only.")
    about = TimelineObject(source="*")


class TimelineAnswer(serializers.Serializer[Any]):
    booking_id = serializers.UUIDField()
    reference = serializers.CharField()
    currency = serializers.CharField()
    truncated = serializers.BooleanField(
        help_text="The oldest are left out, but for money's: there are very many."
    )
    rows = TimelineRow(many=True, help_text="The oldest first.")
