from payments.models.backfill_cursor import BackfillCursor
from payments.models.difference import Difference
from payments.models.dispute import Dispute
from payments.models.invoice import Invoice
from payments.models.ledger import LedgerEntry
from payments.models.mirror_watermark import MirrorWatermark
from payments.models.payment import Payment
from payments.models.reconcile_run import ReconcileNote, ReconcileRun
from payments.models.refund import Refund
from payments.models.webhook_event import WebhookEvent

__all__ = [
    "BackfillCursor",
    "Difference",
    "Dispute",
    "Invoice",
    "LedgerEntry",
    "MirrorWatermark",
    "Payment",
    "ReconcileNote",
    "ReconcileRun",
    "Refund",
    "WebhookEvent",
]
