"""The page that erases a person: what would go, what stays, what stands in the way, confirm."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from customers.models import Customer, User
from myhibachi.core.errors import DomainError
from payments.admin.customer_page import customer_for_page, page
from payments.services.erase import (
    PERMISSION,
    erase_customer,
    finish_erasure,
    preview_erasure,
)


def is_offered(customer: Customer, request: HttpRequest) -> bool:
    """Return whether this person may erase this customer, or ask Stripe again."""
    is_over = customer.merged_into_id or (customer.erased_at and not customer.stripe_customer_id)
    return not is_over and request.user.has_perm(PERMISSION)


def view(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """Show what erasing means; erase, or ask Stripe once more."""
    customer = customer_for_page(request, customer_id, permission=PERMISSION)
    refusal = ""
    if request.method == "POST":
        try:
            return (
                _ask_again(request, customer) if customer.erased_at else _erase(request, customer)
            )
        except DomainError as error:
            refusal = error.detail
    return page(
        request,
        "erase",
        "Erase data",
        customer,
        asked=preview_erasure(customer),
        refusal=refusal,
        typed=request.POST.get("typed_name", ""),
    )


def _erase(request: HttpRequest, customer: Customer) -> HttpResponse:
    erased = erase_customer(
        customer_id=customer.pk,
        typed_name=request.POST.get("typed_name", ""),
        actor=cast(User, request.user),
        now=timezone.now(),
    )
    if erased.stripe_customer_id:
        messages.warning(request, "Erased here. Stripe does not answer; it is asked again.")
    else:
        messages.success(request, "Erased here and deleted at Stripe.")
    return redirect("admin:customers_customer_change", customer.pk)


def _ask_again(request: HttpRequest, customer: Customer) -> HttpResponse:
    finish_erasure(customer_id=customer.pk, now=timezone.now())
    messages.success(request, "Deleted at Stripe.")
    return redirect("admin:customers_customer_change", customer.pk)
