"""The admin of money: everything to look at, and the few things to do, each one service call."""

from payments.admin import mirror
from payments.admin.attention import AttentionAdmin
from payments.admin.booking import BookingWithPaymentsAdmin
from payments.admin.customer import CustomerWithMoneyAdmin
from payments.admin.difference import DifferenceAdmin, ReconcileRunAdmin
from payments.admin.dispute import DisputeAdmin
from payments.admin.fraud_warning import EarlyFraudWarningAdmin
from payments.admin.invoice import InvoiceAdmin
from payments.admin.ledger import LedgerEntryAdmin
from payments.admin.money_in import MoneyInAdmin
from payments.admin.payment import PaymentAdmin
from payments.admin.payout import PayoutAdmin
from payments.admin.refund import RefundAdmin
from payments.admin.webhook_event import WebhookEventAdmin

__all__ = [
    "AttentionAdmin",
    "BookingWithPaymentsAdmin",
    "CustomerWithMoneyAdmin",
    "DifferenceAdmin",
    "DisputeAdmin",
    "EarlyFraudWarningAdmin",
    "InvoiceAdmin",
    "LedgerEntryAdmin",
    "MoneyInAdmin",
    "PaymentAdmin",
    "PayoutAdmin",
    "ReconcileRunAdmin",
    "RefundAdmin",
    "WebhookEventAdmin",
    "mirror",
]
