"""What a customer's frontend needs to pay."""

from typing import cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.queries.bookings import find_booking
from customers.models import User
from customers.services.profiles import customer_for
from myhibachi.core.api.idempotency import Idempotent
from myhibachi.core.api.schema import IDEMPOTENCY_KEY
from payments.api.serializers.answers import CheckoutAnswer, PaymentIntentAnswer, PortalAnswer
from payments.api.serializers.requests import CheckoutRequest, PaymentIntentRequest, PayRequest
from payments.models import Payment
from payments.services.attempts import Wanted
from payments.services.portal import portal_link
from payments.services.start import Started, start_payment


class StartView(Idempotent, APIView):
    """Base of the two ways to start a payment."""

    surface: Payment.Surface
    request_serializer: type[PayRequest]

    def start(self, request: Request) -> Started:
        """Open the attempt that the request's body asks for, or return the one that is open."""
        asked = self.request_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = cast(User, request.user)
        booking = find_booking(asked.validated_data["booking_id"], user=user)
        wanted = Wanted(
            booking_id=booking.pk,
            user=user,
            surface=self.surface,
            payment_type=asked.validated_data.get("payment_type"),
            amount=asked.validated_data.get("amount"),
        )
        return start_payment(wanted, now=timezone.now())


class CheckoutSessionView(StartView):
    surface = Payment.Surface.CHECKOUT
    request_serializer = CheckoutRequest

    @extend_schema(
        operation_id="create_checkout_session",
        parameters=[IDEMPOTENCY_KEY],
        request=CheckoutRequest,
        responses=CheckoutAnswer,
        examples=[
            OpenApiExample(
                "The deposit",
                request_only=True,
                value={
                    "booking_id": "H-7KQ3XWM",
                    "line_items": [{"name": "Booking Deposit", "amount": 10000, "quantity": 1}],
                    "mode": "payment",
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Start a payment on Stripe's own page.

        The server knows what is due: another sum of `line_items` is a 409 `amount_mismatch`, which
        says the `expected_amount`. The same call again returns the same page while it can be paid.
        """
        session = self.start(request).stripe_object
        return Response({"url": session["url"], "session_id": session["id"]})


class PaymentIntentView(StartView):
    # Who holds a client secret can pay with it.
    answer_is_secret = True
    surface = Payment.Surface.ELEMENTS
    request_serializer = PaymentIntentRequest

    @extend_schema(
        operation_id="create_payment_intent",
        parameters=[IDEMPOTENCY_KEY],
        request=PaymentIntentRequest,
        responses=PaymentIntentAnswer,
        examples=[
            OpenApiExample(
                "The deposit",
                request_only=True,
                value={"booking_id": "H-7KQ3XWM", "amount": 10000, "payment_type": "deposit"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Start a payment with Stripe's Payment Element on the frontend's own page.

        The server knows what is due: another `amount` is a 409 `amount_mismatch`, which says the
        `expected_amount`. The same call again returns the same intent while it can be paid.
        """
        intent = self.start(request).stripe_object
        return Response(
            {"client_secret": intent["client_secret"], "payment_intent_id": intent["id"]}
        )


class PortalLinkView(Idempotent, APIView):
    # Who holds the link is in.
    answer_is_secret = True

    @extend_schema(
        operation_id="create_portal_link",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses=PortalAnswer,
    )
    def post(self, request: Request) -> Response:
        """Return a link to the caller's own saved cards and invoices, on Stripe's pages."""
        customer = customer_for(cast(User, request.user))
        return Response({"url": portal_link(customer_id=customer.pk)})
