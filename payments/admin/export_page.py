"""The page that hands out what we hold of a person, as one JSON file."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from customers.models import Customer, User
from myhibachi.core.errors import DomainError
from payments.admin.customer_page import customer_for_page, page
from payments.services.export import ABOUT, PERMISSION, export_customer


def is_offered(customer: Customer, request: HttpRequest) -> bool:
    """Return whether this person may export this customer's data."""
    is_past = customer.merged_into_id or customer.erased_at
    return not is_past and request.user.has_perm(PERMISSION)


def view(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Say what will be in the file; send it."""
    customer = customer_for_page(request, customer_id, permission=PERMISSION)
    if request.method != "POST":
        return page(request, "export", "Export data", customer, about=ABOUT)
    now = timezone.now()
    try:
        found = export_customer(customer_id=customer.pk, actor=cast(User, request.user), now=now)
    except DomainError as error:
        return page(request, "export", "Export data", customer, refusal=error.detail)
    name = f"customer-{customer.pk}-{timezone.localdate(now)}.json"
    return JsonResponse(
        found,
        json_dumps_params={"indent": 2, "ensure_ascii": False},
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
