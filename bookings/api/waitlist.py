"""The waitlist over HTTP: join, look, leave."""

from typing import Any, cast
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.api.serializers import BookingRequest, ItemSerializer
from bookings.models import WaitlistEntry
from bookings.queries import waitlist
from bookings.services.waitlist import join_waitlist, leave_waitlist
from customers.models import User
from myhibachi.core.api.idempotency import Idempotent
from myhibachi.core.api.schema import IDEMPOTENCY_KEY


class WaitlistFilter(django_filters.FilterSet):  # type: ignore[misc]  # its package ships no types
    status = django_filters.ChoiceFilter(choices=WaitlistEntry.Status.choices)
    date_from = django_filters.DateFilter("date", lookup_expr="gte")
    date_to = django_filters.DateFilter("date", lookup_expr="lte")
    customer_id = django_filters.UUIDFilter("customer_id")

    class Meta:
        model = WaitlistEntry
        fields: list[Any] = []


class WaitlistAnswer(serializers.ModelSerializer[WaitlistEntry]):
    status = serializers.ChoiceField(choices=WaitlistEntry.Status.choices)
    ahead = serializers.IntegerField(
        allow_null=True, help_text="How many are served before; null once it is in no line."
    )
    time = serializers.TimeField(format="%H:%M")
    booking_id = serializers.UUIDField(
        allow_null=True, help_text="The place that was offered: its deposit takes it."
    )
    add_ons = ItemSerializer(many=True)
    proteins = ItemSerializer(many=True)

    class Meta:
        model = WaitlistEntry
        fields = [
            "id", "customer_id", "status", "ahead", "date", "time", "booking_id",
            "guests", "adults", "children", "toddlers", "menu", "add_ons", "proteins",
            "notes", "allergies", "location", "location_needs_review",
            "contact_name", "contact_email", "contact_phone", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class WaitlistView(Idempotent, generics.ListAPIView[WaitlistEntry]):
    """The places in line one may see, and taking one."""

    serializer_class = WaitlistAnswer
    filterset_class = WaitlistFilter

    def get_queryset(self) -> QuerySet[WaitlistEntry]:
        return waitlist.with_ahead(waitlist.visible_to(self.request.user))

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY], request=BookingRequest, responses={201: WaitlistAnswer}
    )
    def post(self, request: Request) -> Response:
        """Wait for a slot that is full: the next place that comes free is offered to the first."""
        asked = BookingRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        actor = cast(User, request.user)
        entry = join_waitlist(
            date=asked.validated_data["date"],
            time=asked.validated_data["time"],
            order=asked.order(),
            contact=asked.contact(),
            words=asked.words(),
            entry_id=self.new_id,
            actor=actor,
            now=timezone.now(),
        )
        return Response(WaitlistAnswer(waitlist.find_entry(entry.pk, user=actor)).data, status=201)


class WaitlistEntryView(APIView):
    """One place in line."""

    @extend_schema(responses=WaitlistAnswer)
    def get(self, request: Request, entry_id: UUID) -> Response:
        """Return a place in line."""
        return Response(WaitlistAnswer(waitlist.find_entry(entry_id, user=request.user)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, entry_id: UUID) -> Response:
        """Leave the line, or turn down the place that was offered."""
        entry = waitlist.find_entry(entry_id, user=request.user)
        actor = cast(User, request.user)
        leave_waitlist(entry_id=entry.pk, actor=actor, now=timezone.now())
        return Response(status=204)
