"""The page that merges two entries of one person: choose the other, look, confirm."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from customers.models import Customer, User
from myhibachi.core.errors import DomainError
from myhibachi.core.ids import as_uuid
from payments.admin.customer_page import customer_for_page, page
from payments.admin.customer_tables import duplicates_of
from payments.services.merge import PERMISSION, Merging, merge_customers, preview_merge

MOST = 20


def is_offered(customer: Customer, request: HttpRequest) -> bool:
    """Return whether this person may merge this customer."""
    is_past = customer.merged_into_id or customer.erased_at
    return not is_past and request.user.has_perm(PERMISSION)


def view(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Let the other entry be chosen; show what would move; move it."""
    customer = customer_for_page(request, customer_id, permission=PERMISSION)
    if "other" not in request.GET:
        return _choose(request, customer)
    other = get_object_or_404(Customer, pk=as_uuid(request.GET["other"]))
    try:
        if request.method == "POST":
            return _merge(request, customer, other)
        asked = preview_merge(kept_id=customer.pk, merged_id=other.pk)
    except DomainError as error:
        return _question(request, customer, other, None, refusal=error.detail)
    return _question(request, customer, other, asked)


def _choose(request: HttpRequest, customer: Customer) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    others = Customer.objects.current().exclude(pk=customer.pk)
    found = others.matching(text).order_by("name", "pk")[:MOST] if text else ()
    return page(
        request,
        "merge",
        "Merge",
        customer,
        text=text,
        found=found,
        likely=() if text else duplicates_of(customer)[:MOST],
    )


def _question(
    request: HttpRequest,
    customer: Customer,
    other: Customer,
    asked: Merging | None,
    *,
    refusal: str = "",
) -> HttpResponse:
    return page(
        request, "merge_question", "Merge", customer, other=other, asked=asked, refusal=refusal
    )


def _merge(request: HttpRequest, customer: Customer, other: Customer) -> HttpResponse:
    done = merge_customers(kept_id=customer.pk, merged_id=other.pk, actor=cast(User, request.user))
    moved = ", ".join(f"{name} ({count})" for name, count in done.moved.items() if count)
    messages.success(request, f"Merged. Moved here: {moved or 'nothing but the entry itself'}.")
    return redirect("admin:customers_customer_change", customer.pk)
