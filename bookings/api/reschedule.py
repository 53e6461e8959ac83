"""Moving a booking to another slot."""

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.queries.bookings import find_booking
from bookings.services import Move, preview_move, reschedule_booking
from customers.models import User
from myhibachi.core.api.idempotency import Idempotent
from myhibachi.core.api.schema import IDEMPOTENCY_KEY


class RescheduleQuery(serializers.Serializer[Any]):
    preview = serializers.BooleanField(
        default=False, help_text="Only say what it would cost; nothing is moved."
    )


class RescheduleRequest(serializers.Serializer[Any]):
    date = serializers.DateField(help_text="At the venue.")
    time = serializers.TimeField(help_text="At the venue.", format="%H:%M")
    expected_fee = serializers.IntegerField(
        min_value=0, required=False, help_text="Cents; what the preview said."
    )
    waive_fee = serializers.BooleanField(default=False, help_text="Staff who may waive fees.")
    reason = serializers.CharField(
        max_length=500, default="", allow_blank=True, help_text="Needed to waive a fee."
    )


class RescheduleAnswer(serializers.Serializer[Any]):
    """What a move does, or has done; money in cents."""

    booking_id = serializers.UUIDField()
    reference = serializers.CharField()
    currency = serializers.CharField()
    old_date = serializers.DateField()
    old_time = serializers.TimeField(format="%H:%M")
    date = serializers.DateField()
    time = serializers.TimeField(format="%H:%M")
    fee = serializers.IntegerField(help_text="Goes on the bill; nothing is charged by the move.")
    waived = serializers.IntegerField(help_text="The fee that staff did not take.")
    rule = serializers.CharField(help_text="The rule with its numbers, for people.")
    old_total = serializers.IntegerField()
    total = serializers.IntegerField()
    paid = serializers.IntegerField()
    balance = serializers.IntegerField(help_text="What is left to pay.")


class RescheduleView(Idempotent, APIView):
    @extend_schema(
        operation_id="reschedule_booking",
        parameters=[IDEMPOTENCY_KEY, RescheduleQuery],
        request=RescheduleRequest,
        responses=RescheduleAnswer,
        examples=[
            OpenApiExample(
                "As the preview said",
                request_only=True,
                value={"date": "2027-07-04", "time": "18:00", "expected_fee": 0},
            )
        ],
    )
    def post(self, request: Request, booking_id: str) -> Response:
        """Move a booking to another open slot; its money comes along.

        With `?preview=true` nothing happens: the answer is the fee, the rule it comes from and the
        new balance. Send its `fee` as `expected_fee`: if it is another by then, the answer is a 409
        `fee_changed` with the new `preview`. A slot that is full by then is a 409 `slot_full` with
        `open_slots` near it, and the booking keeps its place.
        """
        booking = find_booking(booking_id, user=request.user)
        query = RescheduleQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = RescheduleRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        do = preview_move if query.validated_data["preview"] else reschedule_booking
        outcome = do(
            booking_id=booking.pk,
            move=Move(**asked.validated_data, move_id=self.new_id),
            actor=cast(User, request.user),
            now=timezone.now(),
        )
        about = {
            "booking_id": booking.pk,
            "reference": booking.reference,
            "currency": booking.currency,
        }
        return Response(RescheduleAnswer(about | outcome.to_json()).data)
