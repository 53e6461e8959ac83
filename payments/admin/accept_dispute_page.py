"""The page that gives a dispute up: a question, and then it is lost."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from customers.models import User
from myhibachi.core.errors import DomainError
from payments.admin.dispute_page import back_to, find, page
from payments.errors import EvidenceRefused
from payments.services.evidence import accept_dispute, check_answerable

NAME = "payments_dispute_accept"


def view(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Ask; then accept it."""
    dispute, evidence = find(request, dispute_id)
    if request.method != "POST":
        try:
            check_answerable(dispute, evidence)
        except EvidenceRefused as error:
            messages.error(request, error.detail)
            return back_to(dispute)
        return page(request, dispute, "accept", title="Accept the dispute")
    try:
        accepted = accept_dispute(dispute_id=dispute.pk, actor=cast(User, request.user))
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        state = accepted.get_status_display().lower()
        messages.success(request, f"The dispute is accepted: it is {state}.")
    return back_to(dispute)
