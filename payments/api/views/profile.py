"""Who somebody is here, and what their custom has come to."""

from dataclasses import asdict
from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.models import Customer, User
from customers.services.profiles import change_own_contact, customer_for
from myhibachi.core.money import CURRENCY
from payments.api.serializers.profile import ProfileAnswer, ProfileRequest
from payments.queries.customer_money import customer_money


class ProfileView(APIView):
    @extend_schema(operation_id="retrieve_own_profile", responses=ProfileAnswer)
    def get(self, request: Request) -> Response:
        """Return the caller's own profile, with their lifetime value and loyalty tier."""
        user = cast(User, request.user)
        return Response(_answer(user, customer_for(user)))

    @extend_schema(
        operation_id="change_own_profile", request=ProfileRequest, responses=ProfileAnswer
    )
    def patch(self, request: Request) -> Response:
        """Correct one's own name or phone. The email of the account can't be changed here."""
        asked = ProfileRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        user = cast(User, request.user)
        return Response(_answer(user, change_own_contact(user=user, **asked.validated_data)))


def _answer(user: User, customer: Customer) -> dict[str, Any]:
    worth = customer_money([customer.pk], now=timezone.now())[customer.pk]
    profile: Any = {
        "id": customer.pk,
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "account_email": user.email,
        "currency": CURRENCY,
        "lifetime_value": worth.lifetime_value,
        "loyalty_tier": worth.tier,
        "next_tier": asdict(worth.next_tier) if worth.next_tier else None,
        "bookings": worth.bookings,
        "created_at": customer.created_at,
    }
    found: dict[str, Any] = ProfileAnswer(profile).data
    return found
