"""Tables of what the ledger says: revenue, methods, purposes, refunds."""

from collections import defaultdict
from datetime import date

from payments.admin.analytics.figures import Figures
from payments.admin.analytics.table import (
    COUNT,
    MONEY,
    RATE,
    Cell,
    Chart,
    Row,
    Series,
    Table,
    bucket_label,
    counted,
    in_words,
)
from payments.models import Payment
from payments.queries.analytics_money import OTHER, Bucket, Totals, add_up, add_up_by
from payments.queries.analytics_money import Row as LedgerRow
from payments.queries.period import Period, bucket_start
from payments.queries.rates import share

METHODS = (*Payment.Method.values, OTHER)


def revenue(figures: Figures) -> Table:
    """Return what came in, went back and was kept, by day, week or month."""
    period = figures.period
    before = _revenue_before(figures)
    rows = tuple(
        _revenue_row(period, bucket, before.get(n)) for n, bucket in enumerate(figures.buckets)
    )
    heading = period.granularity.capitalize()
    names = ("Payments", "Charged", "Refunded", "Disputed", "Given back", "Adjusted", "Revenue")
    series = (
        Series(column=1, color="charged"),
        Series(column=4, color="back", sign=-1),
        Series(column=6, color="revenue", shape="line"),
    )
    compared = Series(column=9, color="before", shape="dashes", label="Revenue before")
    return Table(
        key="revenue",
        title=f"Revenue by {period.granularity}",
        headings=(heading, *names, "Fees", "Net", "Revenue before"),
        rows=rows,
        chart=Chart(
            says=f"Charged, given back and revenue by {period.granularity}",
            series=(*series, compared) if before else series,
            stacked=True,
        ),
        css="wide",
        note="Revenue is charged less given back, adjustments included; net is revenue less "
        "Stripe's fees.",
    )


def _revenue_before(figures: Figures) -> dict[int, Cell]:
    """Return the compared period's buckets by their place, where it has as many of them."""
    before = figures.before
    if before is None or len(before.buckets) != len(figures.buckets):
        return {}
    return {
        n: counted(bucket.totals.revenue, before.period.part(bucket.start), "revenue", MONEY)
        for n, bucket in enumerate(before.buckets)
    }


def _revenue_row(period: Period, bucket: Bucket, before: Cell | None) -> Row:
    totals = bucket.totals
    part = period.part(bucket.start)
    before = before or Cell(value=None, kind=MONEY)
    return Row(
        label=bucket_label(bucket.start, period.granularity),
        cells=(
            counted(totals.payments, part, "charged"),
            *_money(totals, part, "charged", "refunded", "disputed"),
            counted(totals.refunded + totals.disputed, part, "back", MONEY),
            *_money(totals, part, "adjusted", "revenue", "fees", "net"),
            before,
        ),
        is_quiet=not (_moved(totals) or before.value),
    )


def _money(totals: Totals, period: Period, *names: str, **filters: str) -> tuple[Cell, ...]:
    return tuple(counted(getattr(totals, name), period, name, MONEY, **filters) for name in names)


def _moved(totals: Totals) -> bool:
    return any(vars(totals).values())


def methods(figures: Figures) -> Table:
    """Return how customers like to pay."""
    return _groups(
        figures,
        key="methods",
        title="By method",
        heading="Method",
        filter_name="method",
        groups=add_up_by(figures.rows, lambda row: row.method or OTHER),
    )


def purposes(figures: Figures) -> Table:
    """Return what customers paid for."""
    return _groups(
        figures,
        key="purposes",
        title="By purpose",
        heading="Purpose",
        filter_name="purpose",
        css="wide",
        groups=add_up_by(figures.rows, lambda row: row.payment_type or OTHER),
    )


def _groups(
    figures: Figures,
    *,
    key: str,
    title: str,
    heading: str,
    filter_name: str,
    groups: dict[str, Totals],
    css: str = "",
) -> Table:
    period, whole = figures.period, figures.totals
    rows = tuple(
        Row(
            label=in_words(name),
            cells=(
                counted(totals.payments, period, "charged", COUNT, **{filter_name: name}),
                Cell(value=share(totals.payments, whole.payments), kind=RATE),
                *_money(totals, period, "charged", "net", **{filter_name: name}),
            ),
        )
        for name, totals in groups.items()
    )
    headings = (heading, "Payments", "Of payments", "Charged", "Net")
    return Table(key=key, title=title, headings=headings, rows=rows, css=css)


def methods_over_time(figures: Figures) -> Table:
    """Return what was charged by each method, by day, week or month."""
    period = figures.period
    groups: dict[date, list[LedgerRow]] = defaultdict(list)
    for row in figures.rows:
        groups[bucket_start(row.day, period.granularity)].append(row)
    charged = {
        start: add_up_by(groups[start], lambda row: row.method or OTHER) for start in period.starts
    }
    used = [name for name in METHODS if any(name in found for found in charged.values())]
    rows = tuple(_methods_row(period, start, found, used) for start, found in charged.items())
    return Table(
        key="methods-over-time",
        title=f"Charged by method and {period.granularity}",
        headings=(period.granularity.capitalize(), *(in_words(name) for name in used)),
        rows=rows,
        chart=Chart(
            says=f"Charged by method and {period.granularity}",
            series=tuple(Series(column=n, color=name) for n, name in enumerate(used)),
            stacked=True,
        ),
    )


def _methods_row(period: Period, start: date, found: dict[str, Totals], used: list[str]) -> Row:
    part = period.part(start)
    none = add_up([])
    cells = tuple(
        counted(found.get(name, none).charged, part, "charged", MONEY, method=name) for name in used
    )
    label = bucket_label(start, period.granularity)
    return Row(label=label, cells=cells, is_quiet=not any(cell.value for cell in cells))


def refunds(figures: Figures) -> Table:
    """Return what went back, by the reason that was given."""
    rows = tuple(
        Row(
            label=in_words(found.reason),
            cells=(
                # No link: behind it would be those that failed and came back, too.
                Cell(value=found.count),
                counted(found.amount, figures.period, "refunded", MONEY, reason=found.reason),
                Cell(value=found.rate, kind=RATE),
            ),
        )
        for found in figures.refunds.by_reason
    )
    return Table(
        key="refunds",
        title="Refunds by reason",
        headings=("Reason", "Refunds", "Amount", "Of charged"),
        rows=rows,
        chart=Chart(
            says="Refunded by reason", series=(Series(column=1, color="back"),), lying=True
        ),
        empty="Nothing went back in this period.",
    )
