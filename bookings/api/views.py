import datetime as dt
from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings import slots
from bookings.api.filters import BookingFilter
from bookings.api.serializers import (
    AvailabilityAnswer,
    AvailabilityQuery,
    BookingAnswer,
    BookingRequest,
    OrderSerializer,
    PriceAnswer,
)
from bookings.models import Booking
from bookings.pricing import duration_minutes
from bookings.queries.availability import open_slots
from bookings.queries.bookings import find_booking, visible_to
from bookings.queries.rules import current_rules
from bookings.rules import Rules
from bookings.services import create_booking, orders, update_booking
from bookings.services.orders import CheckedOrder
from customers.models import User
from myhibachi.core.api.client_ip import client_ip
from myhibachi.core.api.idempotency import Idempotent
from myhibachi.core.api.schema import IDEMPOTENCY_KEY
from myhibachi.core.money import CURRENCY


class BookingListView(Idempotent, generics.ListAPIView[Booking]):
    """The bookings one may see, and making one."""

    serializer_class = BookingAnswer
    filterset_class = BookingFilter
    ordering_fields = ("created_at", "starts_at")

    def get_queryset(self) -> QuerySet[Booking]:
        return visible_to(self.request.user)

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY], request=BookingRequest, responses={201: BookingAnswer}
    )
    def post(self, request: Request) -> Response:
        """Book a slot: it is held until the deposit is paid, or the hold runs out."""
        asked = BookingRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        booking = create_booking(
            date=asked.validated_data["date"],
            time=asked.validated_data["time"],
            order=asked.order(),
            contact=asked.contact(),
            words=asked.words(),
            consent=asked.consent(client_ip=client_ip(request)),
            booking_id=self.new_id,
            actor=cast(User, request.user),
            now=timezone.now(),
        )
        return Response(BookingAnswer(booking).data, status=201)


class BookingDetailView(APIView):
    """One booking, by its id or its reference."""

    @extend_schema(responses=BookingAnswer)
    def get(self, request: Request, booking_id: str) -> Response:
        """Return a booking."""
        return Response(BookingAnswer(find_booking(booking_id, user=request.user)).data)

    @extend_schema(request=BookingRequest, responses=BookingAnswer)
    def put(self, request: Request, booking_id: str) -> Response:
        """Replace what was ordered, and price it again."""
        return self._update(request, booking_id, partial=False)

    @extend_schema(request=BookingRequest(partial=True), responses=BookingAnswer)
    def patch(self, request: Request, booking_id: str) -> Response:
        """Change part of what was ordered, and price it again."""
        return self._update(request, booking_id, partial=True)

    def _update(self, request: Request, booking_id: str, *, partial: bool) -> Response:
        booking = find_booking(booking_id, user=request.user)
        asked = BookingRequest(data=request.data, partial=partial)
        asked.is_valid(raise_exception=True)
        booking = update_booking(
            booking_id=booking.pk,
            changes=asked.changes(),
            actor=cast(User, request.user),
            now=timezone.now(),
        )
        return Response(BookingAnswer(booking).data)


class AvailabilityView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(parameters=[AvailabilityQuery], responses=AvailabilityAnswer)
    def get(self, request: Request) -> Response:
        """Return the slots that can be booked now."""
        query = AvailabilityQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        now = timezone.now()
        rules = current_rules(now)
        first = query.validated_data.get("from", slots.local_date(now))
        month = min(first, slots.last_date(rules, now)) + dt.timedelta(days=30)
        last = query.validated_data.get("to", month)
        found = open_slots(rules, first=first, last=last, now=now)
        return Response(AvailabilityAnswer({"slots": found}).data)


class PriceView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(request=OrderSerializer, responses=PriceAnswer)
    def post(self, request: Request) -> Response:
        """Return what a party would cost; nothing is booked."""
        asked = OrderSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rules = current_rules(timezone.now())
        return Response(PriceAnswer(_price(orders.check(rules, asked.order()), rules)).data)


def _price(checked: CheckedOrder, rules: Rules) -> dict[str, Any]:
    return {
        "guests": checked.party.guests,
        "duration_minutes": duration_minutes(rules, guests=checked.party.guests),
        "location_needs_review": checked.location_needs_review,
        "currency": CURRENCY,
        "lines": checked.priced.lines,
        "total": checked.priced.total,
        "deposit_due": checked.priced.deposit_due,
        "rules": rules,
    }
