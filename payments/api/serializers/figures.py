"""Shapes of the analytics. Money is integer cents; rates go from 0 to 1, null where of nothing."""

from typing import Any

from rest_framework import serializers

from payments.queries.analytics import PaymentAnalytics
from payments.queries.analytics_money import Bucket
from payments.queries.period import BASES, GRANULARITIES


def _cents(text: str = "", **options: Any) -> Any:
    return serializers.IntegerField(help_text=f"Cents. {text}".strip(), **options)


def _rate(text: str = "") -> Any:
    return serializers.FloatField(allow_null=True, help_text=text)


class DatesAnswer(serializers.Serializer[Any]):
    to = serializers.DateField(source="last", help_text="Included.")

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which Python keeps for itself."""
        return {"from": serializers.DateField(source="first")} | super().get_fields()


class PeriodAnswer(DatesAnswer):
    granularity = serializers.ChoiceField(choices=GRANULARITIES)
    basis = serializers.ChoiceField(
        choices=BASES,
        help_text="What counts by the date it happened on (event), or by the date from which the "
        "money was ours to use (cash).",
    )


class TotalsAnswer(serializers.Serializer[Any]):
    """What some ledger entries add up to."""

    payments = serializers.IntegerField(help_text="How many were charged.")
    charged = _cents("Before anything went back.")
    refunded = _cents("Less refunds that failed.")
    disputed = _cents("Withdrawn by disputes, less what was given back.")
    adjusted = _cents("Corrections, signed.")
    fees = _cents("What Stripe kept.")
    revenue = _cents("charged - refunded - disputed + adjusted")
    net = _cents("revenue - fees")


class BucketAnswer(TotalsAnswer):
    """A day, week or month."""

    start = serializers.DateField(help_text="Its first date, which may come before `from`.")

    def to_representation(self, instance: Bucket) -> dict[str, Any]:
        """Put the totals beside the date."""
        return {"start": instance.start.isoformat(), **TotalsAnswer(instance.totals).data}


class MonthAnswer(serializers.Serializer[Any]):
    month = serializers.SerializerMethodField(help_text="Such as 2026-11.")
    payments = serializers.IntegerField(source="totals.payments")
    revenue = _cents("What went back is taken off.", source="totals.revenue")

    def get_month(self, bucket: Bucket) -> str:
        """Return the month as it sorts."""
        return f"{bucket.start:%Y-%m}"


class FailureAnswer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="https://docs.stripe.com/declines/codes")
    count = serializers.IntegerField()


class AttemptsAnswer(serializers.Serializer[Any]):
    """How the card payments begun in the period stand now."""

    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    open = serializers.IntegerField()
    canceled = serializers.IntegerField(help_text="Given up without a try.")
    success_rate = _rate("Of those that succeeded or failed.")
    failure_rate = _rate()
    reasons = FailureAnswer(many=True)


class RefundReasonAnswer(serializers.Serializer[Any]):
    reason = serializers.CharField()
    count = serializers.IntegerField()
    amount = _cents()
    rate = _rate("Its share of what was charged.")


class RefundsAnswer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    amount = _cents("Less refunds that failed.")
    rate = _rate("The share of what was charged.")
    by_reason = RefundReasonAnswer(many=True)


class DisputesAnswer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="Opened in the period.")
    amount = _cents("Withdrawn, less what was given back.")
    rate = _rate("Disputes for each payment.")
    won = serializers.IntegerField()
    lost = serializers.IntegerField()
    win_rate = _rate("Of those won or lost.")


class PaymentFigures(serializers.Serializer[Any]):
    total_payments = serializers.IntegerField(source="totals.payments")
    total_amount = _cents("Charged, before anything went back.", source="totals.charged")
    avg_payment = _cents(source="totals.average")
    payment_methods = serializers.SerializerMethodField(help_text="Payments by method.")
    monthly_revenue = MonthAnswer(many=True, source="months")
    currency = serializers.CharField()
    period = PeriodAnswer()
    totals = TotalsAnswer()
    attempts = AttemptsAnswer()
    refunds = RefundsAnswer()
    disputes = DisputesAnswer()
    fees = _cents(source="totals.fees")
    net = _cents("What is left after refunds, disputes and fees.", source="totals.net")
    not_settled = TotalsAnswer(
        allow_null=True,
        help_text="By cash date alone: what had happened by the period's end and was not ours to "
        "use by then. By event date a period is this, less `not_settled_before`, plus the period "
        "by cash date.",
    )
    not_settled_before = TotalsAnswer(allow_null=True, help_text="The same when the period began.")
    revenue = BucketAnswer(many=True, help_text="By `granularity`, each bucket in order.")
    by_payment_type = serializers.DictField(child=TotalsAnswer())
    by_method = serializers.DictField(child=TotalsAnswer())

    def get_payment_methods(self, found: PaymentAnalytics) -> dict[str, int]:
        """Return how many payments each method took."""
        counts = {method: totals.payments for method, totals in found.by_method.items()}
        return {method: count for method, count in counts.items() if count}


class PaymentAnalyticsAnswer(PaymentFigures):
    previous = PaymentFigures(allow_null=True, help_text="As many days, just before.")


class MethodUseAnswer(serializers.Serializer[Any]):
    method = serializers.CharField()
    customers = serializers.IntegerField(help_text="Who paid this way in the period.")
    payments = serializers.IntegerField()
    amount = _cents()


class TopCustomerAnswer(serializers.Serializer[Any]):
    customer_id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    lifetime_value = _cents("All they paid, tips included, less what went back.")
    tier = serializers.CharField(help_text="platinum, gold, silver or none")
    payments = serializers.IntegerField()
    bookings = serializers.IntegerField()
    first_paid_at = serializers.DateTimeField()
    last_paid_at = serializers.DateTimeField()
    preferred_method = serializers.CharField()


class CustomerAnalyticsAnswer(serializers.Serializer[Any]):
    """Lifetime values, tiers and the top list count everything up to the period's end."""

    currency = serializers.CharField()
    period = DatesAnswer()
    customers = serializers.IntegerField(help_text="Who paid in the period.")
    new = serializers.IntegerField(help_text="For the first time ever.")
    returning = serializers.IntegerField()
    lifetime_value = _cents("Of all customers together.")
    average_lifetime_value = _cents("Of those who ever paid.")
    tiers = serializers.DictField(child=serializers.IntegerField(), help_text="Customers by tier.")
    methods = MethodUseAnswer(many=True)
    top = TopCustomerAnswer(many=True)
