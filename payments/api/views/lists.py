"""What was paid, billed, given back and disputed; and what staff add to it."""

from collections.abc import Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import generics
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bookings.queries.bookings import find_booking
from customers.api.permissions import HasPermission
from customers.models import User
from customers.roles import is_staff_role
from myhibachi.core.api.idempotency import Idempotent
from myhibachi.core.api.schema import IDEMPOTENCY_KEY
from payments.api.filters import DisputeFilter, InvoiceFilter, PaymentFilter, RefundFilter
from payments.api.serializers.answers import (
    DisputeAnswer,
    InvoiceAnswer,
    PaymentAnswer,
    RefundAnswer,
)
from payments.api.serializers.requests import InvoiceRequest, ManualPaymentRequest
from payments.models import Dispute, Invoice, Payment, Refund
from payments.queries.payments import detailed, only_visible
from payments.services.invoices import create_balance_invoice
from payments.services.manual import record_manual_payment


class MoneyListView(generics.ListAPIView[Any]):
    """Base of the lists: a customer sees their own, staff all; the newest come first."""

    def get_serializer_context(self) -> dict[str, Any]:
        """Say whether the caller is staff, who see more fields."""
        context = super().get_serializer_context()
        return {**context, "is_staff": is_staff_role(self.request.user)}


class PaymentListView(MoneyListView):
    serializer_class = PaymentAnswer
    filterset_class = PaymentFilter

    def get_queryset(self) -> QuerySet[Payment]:
        return only_visible(detailed(Payment.objects.all()), user=self.request.user)

    @extend_schema(operation_id="list_payments")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List payments with their refunds."""
        return super().get(request, *args, **kwargs)


class RefundListView(MoneyListView):
    serializer_class = RefundAnswer
    filterset_class = RefundFilter

    def get_queryset(self) -> QuerySet[Refund]:
        refunds = Refund.objects.select_related("payment__booking")
        return only_visible(refunds, user=self.request.user, customer="payment__customer_id")

    @extend_schema(operation_id="list_refunds")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List refunds."""
        return super().get(request, *args, **kwargs)


class DisputeListView(MoneyListView):
    serializer_class = DisputeAnswer
    filterset_class = DisputeFilter

    def get_queryset(self) -> QuerySet[Dispute]:
        disputes = Dispute.objects.select_related("payment__booking")
        return only_visible(disputes, user=self.request.user, customer="payment__customer_id")

    @extend_schema(operation_id="list_disputes")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List disputes."""
        return super().get(request, *args, **kwargs)


class InvoiceListView(Idempotent, MoneyListView):
    serializer_class = InvoiceAnswer
    filterset_class = InvoiceFilter

    def get_permissions(self) -> Sequence[Any]:
        """Let everyone read, and only some make invoices."""
        if self.request.method == "POST":
            return [IsAuthenticated(), HasPermission("payments.add_invoice")]
        return super().get_permissions()

    def get_queryset(self) -> QuerySet[Invoice]:
        return only_visible(Invoice.objects.select_related("booking"), user=self.request.user)

    @extend_schema(operation_id="list_invoices")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List invoices."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_invoice",
        parameters=[IDEMPOTENCY_KEY],
        request=InvoiceRequest,
        responses={201: InvoiceAnswer},
        examples=[
            OpenApiExample(
                "Due in a week",
                request_only=True,
                value={"booking_id": "H-7KQ3XWM", "days_until_due": 7},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Send the customer an invoice for all that a booking still owes.

        A booking has one open invoice: the same call again returns it.
        """
        asked = InvoiceRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        user = cast(User, request.user)
        invoice = create_balance_invoice(
            booking_id=find_booking(asked.validated_data["booking_id"], user=user).pk,
            days_until_due=asked.validated_data.get("days_until_due"),
            actor=user,
            now=timezone.now(),
        )
        return Response(self.get_serializer(invoice).data, status=201)


class ManualPaymentView(Idempotent, APIView):
    permission_classes = [HasPermission("payments.record_manual_payment")]  # type: ignore[list-item]  # called, it is itself

    @extend_schema(
        operation_id="record_manual_payment",
        parameters=[IDEMPOTENCY_KEY],
        request=ManualPaymentRequest,
        responses={201: PaymentAnswer},
        examples=[
            OpenApiExample(
                "A balance by Zelle",
                request_only=True,
                value={"booking_id": "H-7KQ3XWM", "method": "zelle", "amount": 45000},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Record money received by Zelle, Venmo, in cash or by check."""
        asked = ManualPaymentRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        user = cast(User, request.user)
        booking = find_booking(asked.validated_data["booking_id"], user=user)
        payment = record_manual_payment(
            **asked.validated_data | {"booking_id": booking.pk},
            payment_id=self.new_id,
            actor=user,
            now=timezone.now(),
        )
        shown = detailed(Payment.objects.all()).get(pk=payment.pk)
        return Response(PaymentAnswer(shown, context={"is_staff": True}).data, status=201)
