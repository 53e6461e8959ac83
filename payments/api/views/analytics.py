"""Figures for those who may see them."""

from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.permissions import HasPermission
from payments.api.serializers.figures import CustomerAnalyticsAnswer, PaymentAnalyticsAnswer
from payments.api.serializers.requests import (
    CustomerAnalyticsQuery,
    DatesQuery,
    PaymentAnalyticsQuery,
)
from payments.queries.analytics import payment_analytics
from payments.queries.analytics_customers import customer_analytics
from payments.queries.analytics_money import year_until


class AnalyticsView(APIView):
    """Base of the analytics."""

    permission_classes = [HasPermission("payments.view_analytics")]  # type: ignore[list-item]  # called, it is itself

    def asked(self, query: DatesQuery) -> tuple[date, date, dict[str, Any]]:
        """Return the first date, the last one, and what else was asked for."""
        query.is_valid(raise_exception=True)
        options = dict(query.validated_data)
        last = options.pop("to", None) or timezone.localdate()
        return options.pop("from", None) or year_until(last), last, options


class PaymentAnalyticsView(AnalyticsView):
    @extend_schema(
        operation_id="payment_analytics",
        parameters=[PaymentAnalyticsQuery],
        responses=PaymentAnalyticsAnswer,
    )
    def get(self, request: Request) -> Response:
        """Return how payments went, by the dates on which money moved, or was ours to use."""
        query = PaymentAnalyticsQuery(data=request.query_params)
        first, last, options = self.asked(query)
        found = payment_analytics(first, last, options["granularity"], options["basis"])
        return Response(PaymentAnalyticsAnswer(found).data)


class CustomerAnalyticsView(AnalyticsView):
    @extend_schema(
        operation_id="customer_analytics",
        parameters=[CustomerAnalyticsQuery],
        responses=CustomerAnalyticsAnswer,
    )
    def get(self, request: Request) -> Response:
        """Return what customers are worth, who is new, and how they pay."""
        query = CustomerAnalyticsQuery(data=request.query_params)
        first, last, options = self.asked(query)
        found = customer_analytics(first, last, limit=options["limit"], now=timezone.now())
        return Response(CustomerAnalyticsAnswer(found).data)
