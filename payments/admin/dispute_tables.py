"""What a dispute's page shows: our answer, and the money that it moved."""

from django.contrib import admin
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from payments.admin.evidence_form import rows
from payments.admin.tables import ledger_table
from payments.models import Dispute, DisputeEvidence, LedgerEntry
from payments.services.evidence import is_sent

# Withdrawn, reinstated and Stripe's fee, with what was adjusted of them.
CAUSES = ("dispute:", "dispute_fee:", "adjustment:dispute")


@admin.display(description="evidence")
def answer(dispute: Dispute) -> SafeString:
    """How far our answer is, and what it says."""
    known = DisputeEvidence.objects.select_related("edited_by", "submitted_by")
    evidence = known.filter(dispute=dispute).first()
    context = {
        "evidence": evidence,
        "is_sent": evidence and is_sent(evidence),
        "rows": rows(evidence.fields) if evidence else (),
    }
    return render_to_string("admin/payments/dispute/answer.html", context)


@admin.display(description="ledger entries")
def movements(dispute: Dispute) -> SafeString:
    """What disputes took from this payment and gave back, and Stripe's fee for it."""
    moved = Q(pk__in=[])
    for cause in CAUSES:
        moved |= Q(cause__startswith=cause)
    entries = LedgerEntry.objects.filter(moved, payment=dispute.payment_id)
    return ledger_table(entries.order_by("occurred_at", "id"))
