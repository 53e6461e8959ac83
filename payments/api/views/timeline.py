"""What has happened to a booking and its money."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.queries.bookings import find_booking
from customers.roles import is_staff_role
from payments.api.serializers.timeline import TimelineAnswer
from payments.queries.timeline import timeline


class TimelineView(APIView):
    @extend_schema(operation_id="retrieve_timeline", responses=TimelineAnswer)
    def get(self, request: Request, booking_id: str) -> Response:
        """Return every movement of a booking's money and every change of its status, in order.

        Staff also see why, Stripe's fees, and each step on the way there.
        """
        booking = find_booking(booking_id, user=request.user)
        is_staff = is_staff_role(request.user)
        found = timeline(booking, staff=is_staff)
        answer = {
            "booking_id": booking.pk,
            "reference": booking.reference,
            "currency": booking.currency,
            "truncated": found.truncated,
            "rows": found.rows,
        }
        return Response(TimelineAnswer(answer, context={"is_staff": is_staff}).data)
