"""Tables of customers: new ones, those who came back, and who brought most."""

from django.urls import reverse

from payments.admin.analytics.figures import Figures
from payments.admin.analytics.table import (
    MONEY,
    Cell,
    Chart,
    Row,
    Series,
    Table,
    bucket_label,
    counted,
)


def customers(figures: Figures) -> Table:
    """Return who paid for the first time and who came back, by day, week or month."""
    period = figures.period
    rows = []
    for start in period.starts:
        part = period.part(start)
        found = figures.payer_figures.by_bucket[start]
        cells = (
            counted(found.new, part, "customers", who="new"),
            counted(found.returning, part, "customers", who="returning"),
            counted(found.customers, part, "customers"),
        )
        label = bucket_label(start, period.granularity)
        rows.append(Row(label=label, cells=cells, is_quiet=not found.customers))
    return Table(
        key="customers",
        title=f"New and returning customers by {period.granularity}",
        headings=(period.granularity.capitalize(), "New", "Returning", "Paid"),
        rows=tuple(rows),
        chart=Chart(
            says=f"New and returning customers by {period.granularity}",
            series=(Series(column=0, color="new"), Series(column=1, color="returning")),
            stacked=True,
        ),
        note="By the date on which they paid. New is who paid for the first time ever; who pays "
        "again in a later line is returning there.",
    )


def top_customers(figures: Figures) -> Table:
    """Return who brought most in the period."""
    page = "admin:customers_customer_change"
    rows = tuple(
        Row(
            label=found.name,
            url=reverse(page, args=[found.customer_id]),
            cells=(
                counted(
                    found.amount, figures.happened, "revenue", MONEY, customer=found.customer_id
                ),
                counted(found.payments, figures.happened, "charged", customer=found.customer_id),
                Cell(value=found.lifetime_value, kind=MONEY),
            ),
        )
        for found in figures.top
    )
    return Table(
        key="top-customers",
        title="Who brought most",
        headings=("Customer", "In this period", "Payments", "Lifetime value"),
        rows=rows,
        note="By event date. Tips are counted, and what went back is not; the lifetime value is "
        "up to the end of the period.",
        empty="Nobody paid in this period.",
    )
