"""What the pages about one booking's money have in common: a form, then a question."""

from typing import TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html

from bookings.admin.booking_page import back_to, page
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents
from payments.admin.links import link_to
from payments.models import Refund

__all__ = ["back_to", "page", "refused", "say_refunds"]

F = TypeVar("F", bound=forms.Form)


def refused(form: F, error: DomainError) -> F:
    """Return the form with the error at its field, where people see that."""
    visible = {field.name for field in form.visible_fields()}
    form.add_error(error.attr if error.attr in visible else None, error.detail)
    return form


def say_refunds(request: HttpRequest, refunds: tuple[Refund, ...]) -> None:
    """Say what became of each refund."""
    for refund in refunds:
        amount = format_cents(refund.amount, refund.currency)
        method = refund.payment.get_method_display()
        if refund.status == Refund.Status.SUCCEEDED:
            messages.success(request, f"{amount} refunded.")
        elif refund.status not in Refund.LIVE:
            messages.error(request, f"{amount} could not be refunded: {refund.failure_reason}.")
        elif refund.approval == Refund.Approval.REQUESTED:
            messages.warning(request, f"The refund of {amount} waits for approval by finance.")
        elif refund.awaiting_stripe:
            messages.warning(request, f"The refund of {amount} is noted and on its way to Stripe.")
        elif refund.stripe_refund_id:
            messages.success(request, f"The refund of {amount} is under way at Stripe.")
        else:
            link = link_to(refund, "the refund")
            words = "{} came by {}: pay it back, and note that on {}."
            messages.warning(request, format_html(words, amount, method, link))
