"""What the pages that do something with a customer have in common."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from customers.models import Customer


def customer_for_page(request: HttpRequest, customer_id: UUID, *, permission: str) -> Customer:
    """Return the customer, if this person may be on the page at all."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
    known = Customer.objects.select_related("user", "merged_into")
    return get_object_or_404(known, pk=customer_id)


def page(
    request: HttpRequest, name: str, title: str, customer: Customer, **context: Any
) -> HttpResponse:
    """Return `admin/customers/customer/<name>.html`."""
    shown = {
        **admin.site.each_context(request),
        "title": title,
        "opts": Customer._meta,
        "customer": customer,
        **context,
    }
    return render(request, f"admin/customers/customer/{name}.html", shown)
