"""Giving money back."""

from typing import cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.permissions import HasPermission
from customers.models import User
from myhibachi.core.api.idempotency import Idempotent
from myhibachi.core.api.schema import IDEMPOTENCY_KEY
from myhibachi.core.money import format_cents
from payments.api.serializers.answers import RefundDone
from payments.api.serializers.requests import RefundRequest, RejectRefundRequest
from payments.models import Refund
from payments.queries.payments import find_payment
from payments.services.refund_approval import PERMISSION, approve_refund, reject_refund
from payments.services.refunds import refund_payment

MESSAGES = {
    Refund.Status.SUCCEEDED: "{} is on its way back.",
    Refund.Status.PENDING: "{} is to go back.",
    Refund.Status.REQUIRES_ACTION: "{} goes back once the customer has said where to.",
    Refund.Status.FAILED: "{} could not be given back.",
    Refund.Status.CANCELED: "The refund of {} was canceled.",
}


class RefundView(Idempotent, APIView):
    permission_classes = [HasPermission("payments.refund_payment")]  # type: ignore[list-item]  # called, it is itself

    @extend_schema(
        operation_id="refund_payment",
        parameters=[IDEMPOTENCY_KEY],
        request=RefundRequest,
        responses=RefundDone,
        examples=[
            OpenApiExample(
                "Part of a payment",
                request_only=True,
                value={
                    "payment_id": "019ab5f2-0000-7000-8000-000000000123",
                    "amount": 50.00,
                    "reason": "customer_request",
                },
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Refund part of a payment, or all that is left of it.

        Never more than is left, however many ask at once. `pending` means that Stripe has not
        settled it yet; its webhook will. What did not come by card is `pending` until staff have
        paid it back; above the caller's limit it is `pending` until finance has approved it.
        """
        asked = RefundRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        user = cast(User, request.user)
        payment = find_payment(asked.validated_data["payment_id"], user=user)
        refund = refund_payment(
            payment_id=payment.pk,
            amount=asked.validated_data.get("amount_cents"),
            actor=user,
            reason=asked.validated_data.get("reason", ""),
            notes=asked.validated_data.get("notes", ""),
            refund_id=self.new_id,
            may_ask=True,
            now=timezone.now(),
        )
        return _answer(refund)


class ApproveRefundView(APIView):
    permission_classes = [HasPermission(PERMISSION)]  # type: ignore[list-item]  # called, it is itself

    @extend_schema(operation_id="approve_refund", request=None, responses=RefundDone)
    def post(self, request: Request, refund_id: UUID) -> Response:
        """Approve a refund above a manager's limit; its money leaves.

        Somebody else than who asked for it has to. Of two who decide, one does; the same person's
        second call answers like the first.
        """
        user = cast(User, request.user)
        return _answer(approve_refund(refund_id=refund_id, actor=user, now=timezone.now()))


class RejectRefundView(APIView):
    permission_classes = [HasPermission(PERMISSION)]  # type: ignore[list-item]  # called, it is itself

    @extend_schema(
        operation_id="reject_refund",
        request=RejectRefundRequest,
        responses=RefundDone,
        examples=[
            OpenApiExample("With a reason", request_only=True, value={"reason": "He came and ate."})
        ],
    )
    def post(self, request: Request, refund_id: UUID) -> Response:
        """Don't approve a refund above a manager's limit: its money may be refunded again."""
        asked = RejectRefundRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        reason, user = asked.validated_data["reason"], cast(User, request.user)
        now = timezone.now()
        return _answer(reject_refund(refund_id=refund_id, reason=reason, actor=user, now=now))


def _answer(refund: Refund) -> Response:
    data = {"refund_id": str(refund.pk), "status": refund.status, "amount": refund.amount}
    return Response({"success": True, "message": _message(refund), "data": data})


def _message(refund: Refund) -> str:
    words = MESSAGES[Refund.Status(refund.status)]
    if refund.approval == Refund.Approval.REQUESTED:
        words = "{} waits for approval by finance."
    if refund.approval == Refund.Approval.REJECTED:
        words = "The refund of {} is not approved."
    if refund.awaiting_stripe:
        words = "{} will go back as soon as Stripe has it."
    return words.format(format_cents(refund.amount, refund.currency))
