"""The pages that answer a dispute: a draft to edit, all of it to read, and one submission."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from customers.models import User
from myhibachi.core.errors import DomainError
from payments.admin.dispute_page import back_to, find, page
from payments.admin.evidence_form import EvidenceForm, form_for, length, rows
from payments.errors import EvidenceChanged, EvidenceRefused
from payments.models import Dispute, DisputeEvidence
from payments.services.evidence import (
    PERMISSION,
    check_answerable,
    save_evidence,
    submit_evidence,
)
from payments.services.evidence_draft import draft_evidence

NAME = "payments_dispute_evidence"
REVIEW = "payments_dispute_review"


def is_offered(dispute: Dispute, request: HttpRequest) -> bool:
    """Return whether this person may answer this dispute, and it can still be answered."""
    evidence = DisputeEvidence.objects.filter(dispute=dispute).first()
    return request.user.has_perm(PERMISSION) and not _why_not(dispute, evidence)


def view(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Show the draft; keep it; go on to reading all of it."""
    dispute, evidence = find(request, dispute_id)
    if why_not := _why_not(dispute, evidence):
        messages.error(request, why_not)
        return back_to(dispute)
    if request.method != "POST":
        return _draft(request, dispute, evidence)
    form = EvidenceForm(request.POST)
    if not form.is_valid():
        return _form(request, dispute, evidence, form)
    try:
        _save(request, dispute, form)
    except DomainError as error:
        form.add_error(error.attr if error.attr in form.fields else None, error.detail)
        is_stale = isinstance(error, EvidenceChanged)
        return _form(request, dispute, evidence, form, is_stale=is_stale)
    if "review" in request.POST:
        return redirect(f"admin:{REVIEW}", dispute.pk)
    messages.success(request, "The draft is saved. Nothing has been sent.")
    return redirect(f"admin:{NAME}", dispute.pk)


def review(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Show all that the bank will read; on POST, send it."""
    dispute, evidence = find(request, dispute_id)
    if request.method == "POST":
        return _submit(request, dispute)
    if evidence is None:
        return redirect(f"admin:{NAME}", dispute.pk)
    if why_not := _why_not(dispute, evidence):
        messages.error(request, why_not)
        return back_to(dispute)
    return page(
        request,
        dispute,
        "review",
        title="What the bank will read",
        evidence=evidence,
        rows=rows(evidence.fields),
        length=length(evidence.fields),
        seen=evidence.updated_at.isoformat(),
    )


def _draft(
    request: HttpRequest, dispute: Dispute, evidence: DisputeEvidence | None
) -> HttpResponse:
    if evidence and "anew" not in request.GET:
        form = form_for(evidence.fields, seen=evidence.updated_at)
        return _form(request, dispute, evidence, form)
    fields = draft_evidence(dispute, now=timezone.now())
    form = form_for(fields, seen=evidence.updated_at if evidence else None)
    return _form(request, dispute, evidence, form, is_new=True)


def _save(request: HttpRequest, dispute: Dispute, form: EvidenceForm) -> None:
    save_evidence(
        dispute_id=dispute.pk,
        fields=form.texts(),
        seen=form.seen_at(),
        actor=cast(User, request.user),
        now=timezone.now(),
    )


def _submit(request: HttpRequest, dispute: Dispute) -> HttpResponse:
    now = timezone.now()
    # What is no time was seen by nobody: "changed meanwhile" is the answer to it.
    seen = parse_datetime(request.POST.get("seen", "")) or now
    actor = cast(User, request.user)
    try:
        evidence = submit_evidence(dispute_id=dispute.pk, seen=seen, actor=actor, now=now)
    except DomainError as error:
        messages.error(request, error.detail)
        return redirect(f"admin:{NAME}", dispute.pk)
    if evidence.awaiting_stripe:
        messages.warning(request, "The evidence is noted and on its way to Stripe.")
    else:
        messages.success(request, "The evidence is submitted: the bank has it.")
    return back_to(dispute)


def _form(
    request: HttpRequest,
    dispute: Dispute,
    evidence: DisputeEvidence | None,
    form: EvidenceForm,
    *,
    is_new: bool = False,
    is_stale: bool = False,
) -> HttpResponse:
    return page(
        request,
        dispute,
        "evidence",
        title="Answer the dispute",
        evidence=evidence,
        form=form,
        is_new=is_new,
        is_stale=is_stale,
    )


def _why_not(dispute: Dispute, evidence: DisputeEvidence | None) -> str:
    """Return why this dispute can't be answered; empty if it can."""
    try:
        check_answerable(dispute, evidence, now=timezone.now())
    except EvidenceRefused as error:
        return error.detail
    return ""
