"""The page that sets a failed refund's money aside, to be paid back without Stripe."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents
from payments.admin import paid_back_page
from payments.admin.refund_action import back_to, find, page
from payments.models import Refund
from payments.services.another_way import can_be_paid_another_way, paid_instead, pay_another_way
from payments.services.paid_back import PERMISSION, is_waiting

NAME = "payments_refund_another_way"
TITLE = "Pay back another way"


def is_offered(refund: Refund, request: HttpRequest) -> bool:
    """Return whether this refund failed, nothing pays it back yet, and this person may."""
    may = request.user.has_perm(PERMISSION)
    return may and can_be_paid_another_way(refund) and paid_instead(refund) is None


def view(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Ask whether it is meant; set the money aside, and lead to where its payment is noted."""
    refund = find(request, refund_id, permission=PERMISSION)
    if "confirmed" in request.POST:
        try:
            return _set_aside(request, refund)
        except DomainError as error:
            messages.error(request, error.detail)
            return back_to(refund)
    if not is_offered(refund, request):
        return page(request, refund, title=TITLE, nothing="Nothing of it is to be paid back.")
    amount = format_cents(refund.amount, refund.currency)
    return page(
        request,
        refund,
        title=TITLE,
        question=f"Pay the {amount} back another way?",
        said=[
            "It is set aside, so that nobody refunds it twice. Pay it by Zelle, Venmo, in cash or "
            "by check, and note on the next page how and when: then it counts as refunded."
        ],
        yes=f"Pay {amount} back another way",
    )


def _set_aside(request: HttpRequest, failed: Refund) -> HttpResponse:
    now = timezone.now()
    refund = pay_another_way(refund_id=failed.pk, actor=cast(User, request.user), now=now)
    if is_waiting(refund):
        return redirect(f"admin:{paid_back_page.NAME}", refund.pk)
    if refund.approval == Refund.Approval.REQUESTED:
        messages.warning(request, "This waits for approval by finance.")
    return back_to(refund)
