"""Tables of card payments begun, and of disputes opened."""

from payments.admin.analytics.figures import Figures
from payments.admin.analytics.table import (
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
from payments.queries.analytics_attempts import Attempts
from payments.queries.analytics_losses import DisputeRow
from payments.queries.period import Period
from payments.queries.rates import share

OUTCOMES = {
    "succeeded": "Succeeded",
    "failed": "Failed",
    "open": "Still open",
    "canceled": "Given up",
}
NOTE = (
    "Card payments by the date on which they were begun, and how they stand now: one that was "
    "declined first and paid then has succeeded. Rates are of those decided."
)


def attempts(figures: Figures) -> Table:
    """Return how card payments went, and why some failed."""
    period, found = figures.period, figures.attempts
    rates = {"succeeded": found.success_rate, "failed": found.failure_rate}
    rows = []
    for outcome, label in OUTCOMES.items():
        count = counted(getattr(found, outcome), period, "attempts", outcome=outcome)
        rate = Cell(value=rates.get(outcome), kind=RATE)
        rows.append(Row(label=label, cells=(count, rate)))
        if outcome == "failed":
            rows.extend(_reasons(found, period))
    is_empty = not figures.attempt_rows
    return Table(
        key="attempts",
        title="Card payments begun",
        headings=("Outcome", "Payments", "Of those decided"),
        rows=() if is_empty else tuple(rows),
        note=NOTE,
    )


def _reasons(found: Attempts, period: Period) -> list[Row]:
    return [
        Row(
            label=in_words(reason.code),
            cells=(
                counted(reason.count, period, "attempts", outcome="failed", code=reason.code),
                Cell(value=share(reason.count, found.succeeded + found.failed), kind=RATE),
            ),
            is_sub=True,
        )
        for reason in found.reasons
    ]


def attempts_over_time(figures: Figures) -> Table:
    """Return how card payments went by day, week or month."""
    period = figures.period
    rows = tuple(
        Row(
            label=bucket_label(start, period.granularity),
            cells=(
                *(
                    counted(
                        getattr(found, outcome), period.part(start), "attempts", outcome=outcome
                    )
                    for outcome in OUTCOMES
                ),
                Cell(value=found.success_rate, kind=RATE),
            ),
            is_quiet=not any(getattr(found, outcome) for outcome in OUTCOMES),
        )
        for start, found in figures.attempts_by_bucket.items()
    )
    return Table(
        key="attempts-over-time",
        title=f"Card payments begun by {period.granularity}",
        headings=(period.granularity.capitalize(), *OUTCOMES.values(), "Success rate"),
        rows=rows,
        chart=Chart(
            says=f"Card payments that succeeded and failed by {period.granularity}",
            series=(Series(column=0, color="succeeded"), Series(column=1, color="failed")),
            stacked=True,
        ),
    )


def disputes(figures: Figures) -> Table:
    """Return the disputes opened, by the bank's reason, and all of them."""
    period = figures.period
    rows = tuple(
        Row(label=in_words(found.reason), cells=_dispute_cells(period, found, reason=found.reason))
        for found in figures.disputes
    )
    everything = DisputeRow(
        reason="",
        opened=sum(found.opened for found in figures.disputes),
        amount=sum(found.amount for found in figures.disputes),
        won=sum(found.won for found in figures.disputes),
        lost=sum(found.lost for found in figures.disputes),
    )
    total = Row(label="All", cells=_dispute_cells(period, everything))
    return Table(
        key="disputes",
        title="Disputes opened",
        headings=("Reason", "Opened", "Amount", "Won", "Lost", "Undecided", "Win rate"),
        rows=(*rows, total) if len(rows) > 1 else rows,
        note="By the date on which the bank opened them. The win rate is of those decided.",
        empty="No dispute was opened in this period.",
    )


def _dispute_cells(period: Period, found: DisputeRow, **only: str) -> tuple[Cell, ...]:
    undecided = found.opened - found.won - found.lost
    return (
        counted(found.opened, period, "disputes", **only),
        counted(found.amount, period, "disputes", MONEY, **only),
        counted(found.won, period, "disputes", state="won", **only),
        counted(found.lost, period, "disputes", state="lost", **only),
        counted(undecided, period, "disputes", state="undecided", **only),
        Cell(value=share(found.won, found.won + found.lost), kind=RATE),
    )
