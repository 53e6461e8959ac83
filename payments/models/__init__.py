from payments.models.attention import Attention
from payments.models.backfill_cursor import BackfillCursor
from payments.models.balance import BalanceCursor, BalanceTransaction, Payout, Settlement
from payments.models.difference import Difference
from payments.models.dispute import Dispute
from payments.models.evidence import DisputeEvidence
from payments.models.fraud_warning import EarlyFraudWarning
from payments.models.invoice import Invoice
from payments.models.job import Job
from payments.models.ledger import LedgerEntry
from payments.models.mirror_watermark import MirrorWatermark
from payments.models.money_in import MoneyIn, MoneyInBatch
from payments.models.payment import Payment
from payments.models.reconcile_run import ReconcileNote, ReconcileRun
from payments.models.refund import Refund
from payments.models.webhook_event import WebhookEvent

__all__ = [
    "Attention",
    "BackfillCursor",
    "BalanceCursor",
    "BalanceTransaction",
    "Difference",
    "Dispute",
    "DisputeEvidence",
    "EarlyFraudWarning",
    "Invoice",
    "Job",
    "LedgerEntry",
    "MirrorWatermark",
    "MoneyIn",
    "MoneyInBatch",
    "Payment",
    "Payout",
    "ReconcileNote",
    "ReconcileRun",
    "Refund",
    "Settlement",
    "WebhookEvent",
]
