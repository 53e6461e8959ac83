from typing import Any

import django_filters

from bookings.models import Booking, Quote, Status


class BookingFilter(django_filters.FilterSet):  # type: ignore[misc]  # its package ships no types
    status = django_filters.ChoiceFilter(choices=Status.choices)
    date_from = django_filters.DateFilter("date", lookup_expr="gte")
    date_to = django_filters.DateFilter("date", lookup_expr="lte")
    customer_id = django_filters.UUIDFilter("customer_id")

    class Meta:
        model = Booking
        fields: list[Any] = []


class QuoteFilter(django_filters.FilterSet):  # type: ignore[misc]  # its package ships no types
    status = django_filters.ChoiceFilter(choices=Quote.Status.choices)
    superseded = django_filters.BooleanFilter("superseded_by", lookup_expr="isnull", exclude=True)
    reference = django_filters.CharFilter("reference", lookup_expr="iexact")
    customer_id = django_filters.UUIDFilter("customer_id")

    class Meta:
        model = Quote
        fields: list[Any] = []
