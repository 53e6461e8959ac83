"""What the pages that answer one dispute have in common."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from payments.admin.deadline import deadline
from payments.admin.dispute_reasons import ADVICE, reason_in_words
from payments.models import Dispute, DisputeEvidence
from payments.services.evidence import PERMISSION


def find(request: HttpRequest, dispute_id: UUID) -> tuple[Dispute, DisputeEvidence | None]:
    """Return a dispute and our answer; refuse who may not answer it."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    known = Dispute.objects.select_related("payment__booking", "payment__customer")
    dispute = get_object_or_404(known, pk=dispute_id)
    people = DisputeEvidence.objects.select_related("edited_by", "submitted_by")
    return dispute, people.filter(dispute=dispute).first()


def page(
    request: HttpRequest, dispute: Dispute, template: str, *, title: str, **context: Any
) -> HttpResponse:
    """Render a page about one dispute."""
    everything = {
        **admin.site.each_context(request),
        "title": title,
        "opts": Dispute._meta,
        "dispute": dispute,
        "booking": dispute.payment.booking,
        "reason": reason_in_words(dispute.reason),
        "advice": ADVICE.get(dispute.reason, ""),
        "deadline": deadline(dispute, now=timezone.now()),
        **context,
    }
    return render(request, f"admin/payments/dispute/{template}.html", everything)


def back_to(dispute: Dispute) -> HttpResponse:
    """Return to the dispute's own page."""
    return redirect("admin:payments_dispute_change", dispute.pk)
