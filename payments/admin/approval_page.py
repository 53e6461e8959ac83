"""The page where a second person approves a refund above somebody's limit, or does not."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents
from payments.admin.booking_page import refused, say_refunds
from payments.admin.refund_action import back_to, find, page
from payments.models import Refund
from payments.queries.refund_states import in_words
from payments.services.paid_back import goes_by_hand
from payments.services.refund_approval import PERMISSION, approve_refund, may_decide, reject_refund

NAME = "payments_refund_approval"
APPROVE, REJECT = "approve", "reject"


class ApprovalForm(forms.Form):
    """Whether it goes back, and why not."""

    outcome = forms.ChoiceField(
        label="What to do",
        choices=[(APPROVE, "Approve it: the money goes back"), (REJECT, "Don't approve it")],
        widget=forms.RadioSelect,
        initial=APPROVE,
    )
    reason = forms.CharField(
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Where it is not approved: why not.",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where it is not approved."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("outcome") == REJECT and not data.get("reason"):
            self.add_error("reason", "Say why it is not approved.")
        return data


def is_offered(refund: Refund, request: HttpRequest) -> bool:
    """Return whether this person may decide about this refund."""
    return may_decide(refund, cast(User, request.user))


def view(request: HttpRequest, refund_id: UUID) -> HttpResponse:
    """Show the form; ask whether what was chosen is meant; do it."""
    refund = find(request, refund_id, permission=PERMISSION)
    if request.method != "POST":
        return _page(request, refund, ApprovalForm())
    form = ApprovalForm(request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _page(request, refund, form)
    if "confirmed" not in request.POST:
        return _page(request, refund, form, asks=True)
    try:
        _decide(request, refund, form)
    except DomainError as error:
        refund.refresh_from_db()
        return _page(request, refund, refused(form, error))
    return back_to(refund)


def _decide(request: HttpRequest, refund: Refund, form: ApprovalForm) -> None:
    actor, now, data = cast(User, request.user), timezone.now(), form.cleaned_data
    if data["outcome"] == REJECT:
        reject_refund(refund_id=refund.pk, reason=data["reason"], actor=actor, now=now)
        messages.success(request, "The refund is not approved: its money is free again.")
        return
    say_refunds(request, (approve_refund(refund_id=refund.pk, actor=actor, now=now),))


def _page(
    request: HttpRequest, refund: Refund, form: ApprovalForm, *, asks: bool = False
) -> HttpResponse:
    waits = is_offered(refund, request)
    if not waits and not form.is_bound:
        return page(request, refund, title="Approval", nothing=_why_not(refund, request))
    amount = format_cents(refund.amount, refund.currency)
    rejects = asks and form.cleaned_data["outcome"] == REJECT
    verb = "Don't approve" if rejects else "Approve"
    return page(
        request,
        refund,
        title="Approval",
        form=form,
        question=f"{verb} the refund of {amount}?" if asks else "",
        said=_said(refund, form) if asks else (),
        yes="Don't approve it" if rejects else f"Refund {amount}",
    )


def _why_not(refund: Refund, request: HttpRequest) -> str:
    if refund.approval == Refund.Approval.REQUESTED:
        return "You asked for this refund: somebody else has to decide."
    return f"There is nothing to approve. State of this refund: {in_words(refund).lower()}."


def _said(refund: Refund, form: ApprovalForm) -> list[str]:
    if form.cleaned_data["outcome"] == REJECT:
        kept = "The money stays, and may be refunded again."
        return [kept, f"Reason: “{form.cleaned_data['reason']}”"]
    if goes_by_hand(refund):
        return ["It does not go through Stripe: staff pay it back, and note that on the refund."]
    return ["The money leaves at once and can't be called back."]
