from typing import Any

import django_filters

from bookings.models import Booking, Status


class BookingFilter(django_filters.FilterSet):  # type: ignore[misc]  # its package ships no types
    status = django_filters.ChoiceFilter(choices=Status.choices)
    date_from = django_filters.DateFilter("date", lookup_expr="gte")
    date_to = django_filters.DateFilter("date", lookup_expr="lte")
    customer_id = django_filters.UUIDFilter("customer_id")

    class Meta:
        model = Booking
        fields: list[Any] = []
