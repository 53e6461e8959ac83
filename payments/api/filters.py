"""What the lists can be narrowed by. Each name means the same on every list."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from myhibachi.core.ids import NOBODY, as_uuid
from payments.models import Dispute, Invoice, Payment, Refund


def _by_booking(rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
    booking_id = as_uuid(value)
    if booking_id == NOBODY:
        return rows.filter(Q(**{f"{name}__reference": value.strip().upper()}))
    return rows.filter(Q(**{f"{name}_id": booking_id}))


def _booking(path: str) -> Any:
    return django_filters.CharFilter(
        path, method=_by_booking, label="A booking's id or its reference."
    )


class CreatedFilter(django_filters.FilterSet):  # type: ignore[misc]  # its package ships no types
    created_after = django_filters.IsoDateTimeFilter(
        "created_at", lookup_expr="gte", label="From this moment on."
    )
    created_before = django_filters.IsoDateTimeFilter(
        "created_at", lookup_expr="lt", label="Before this moment."
    )

    class Meta:
        fields: list[Any] = []


class PaymentFilter(CreatedFilter):
    booking_id = _booking("booking")
    customer = django_filters.UUIDFilter("customer_id")
    status = django_filters.ChoiceFilter(choices=Payment.Status.choices)
    method = django_filters.ChoiceFilter(choices=Payment.Method.choices)
    payment_type = django_filters.ChoiceFilter(choices=Payment.Purpose.choices)

    class Meta(CreatedFilter.Meta):
        model = Payment


class InvoiceFilter(CreatedFilter):
    booking_id = _booking("booking")
    customer = django_filters.UUIDFilter("customer_id")
    status = django_filters.ChoiceFilter(choices=Invoice.Status.choices)

    class Meta(CreatedFilter.Meta):
        model = Invoice


class OfPaymentFilter(CreatedFilter):
    payment_id = django_filters.UUIDFilter("payment_id")
    booking_id = _booking("payment__booking")
    customer = django_filters.UUIDFilter("payment__customer_id")
    method = django_filters.ChoiceFilter("payment__method", choices=Payment.Method.choices)
    payment_type = django_filters.ChoiceFilter(
        "payment__payment_type", choices=Payment.Purpose.choices
    )


class RefundFilter(OfPaymentFilter):
    status = django_filters.ChoiceFilter(choices=Refund.Status.choices)
    approval = django_filters.ChoiceFilter(choices=Refund.Approval.choices)

    class Meta(CreatedFilter.Meta):
        model = Refund


class DisputeFilter(OfPaymentFilter):
    status = django_filters.ChoiceFilter(choices=Dispute.Status.choices)

    class Meta(CreatedFilter.Meta):
        model = Dispute
