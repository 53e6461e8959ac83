"""Canceling a booking, with what becomes of its money."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.queries.bookings import find_booking
from myhibachi.core.api.idempotency import Idempotent
from myhibachi.core.api.schema import IDEMPOTENCY_KEY
from payments.api.serializers.canceling import CancelAnswer, CancelRequest, PreviewQuery
from payments.services.cancel_terms import Terms
from payments.services.cancellation import cancel_booking, preview_cancellation


class CancelView(Idempotent, APIView):
    @extend_schema(
        operation_id="cancel_booking",
        parameters=[IDEMPOTENCY_KEY, PreviewQuery],
        request=CancelRequest,
        responses=CancelAnswer,
        examples=[
            OpenApiExample(
                "As the preview said",
                request_only=True,
                value={"reason": "We all have the flu.", "expected_refund": 45000},
            )
        ],
    )
    def post(self, request: Request, booking_id: str) -> Response:
        """Cancel a booking: what the policy gives back goes back at once.

        With `?preview=true` nothing happens: the answer is the exact refund of each payment and the
        rule it comes from. Send its `refund_total` as `expected_refund`: if the policy says another
        sum by then, the answer is a 409 `refund_changed` with the new `preview`.
        """
        booking = find_booking(booking_id, user=request.user)
        query = PreviewQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = CancelRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        call: dict[str, Any] = {
            "booking_id": booking.pk,
            "terms": Terms(**asked.validated_data),
            "actor": request.user,
            "now": timezone.now(),
        }
        if query.validated_data["preview"]:
            outcome = preview_cancellation(**call)
        else:
            outcome = cancel_booking(cancellation_id=self.new_id, **call)
        about = {
            "booking_id": booking.pk,
            "reference": booking.reference,
            "currency": booking.currency,
        }
        return Response(CancelAnswer(about | outcome.to_json()).data)
