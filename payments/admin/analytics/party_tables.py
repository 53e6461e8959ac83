"""Tables of parties: when they are, how early they are booked, what became of held slots."""

from collections import Counter, defaultdict
from datetime import date, time

from bookings.queries.figures import PARTY, PartyRow, add_up
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
)
from payments.queries.rates import share

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MADE_LABELS = {
    "confirmed": "Confirmed",
    "held": "Still held",
    "expired": "Expired",
    "canceled": "Canceled before it was confirmed",
}
DARKEST = 5


def parties(figures: Figures) -> Table:
    """Return how many parties and guests there are, by day, week or month."""
    period = figures.period
    groups: dict[date, list[PartyRow]] = defaultdict(list)
    for row in figures.party_rows:
        groups[row.start].append(row)
    rows = []
    for start in period.starts:
        part, found = period.part(start), add_up(groups[start])
        cells = (
            counted(found.parties, part, "parties"),
            Cell(value=found.guests),
            counted(found.total, part, "parties", MONEY),
            *(
                counted(getattr(found, name), part, "parties", outcome=name)
                for name in PARTY
                if name != "on"
            ),
        )
        label = bucket_label(start, period.granularity)
        rows.append(Row(label=label, cells=cells, is_quiet=not found.confirmed))
    return Table(
        key="parties",
        title=f"Parties by {period.granularity}",
        headings=(
            period.granularity.capitalize(), "Parties", "Guests", "Bills", "Canceled", "No-show",
        ),
        rows=tuple(rows),
        chart=Chart(
            says=f"Parties that are on, and canceled ones, by {period.granularity}",
            series=(
                Series(column=0, color="succeeded"),
                Series(column=3, color="failed"),
            ),
            stacked=True,
        ),
        note="By the date of the party. Canceled are those that had been confirmed.",
        empty="No party in this period.",
    )  # fmt: skip


def busiest(figures: Figures) -> Table:
    """Return how many parties each weekday and slot has: the more, the darker."""
    counts: Counter[tuple[int, time]] = Counter()
    for row in figures.party_rows:
        counts[row.weekday, row.time] += row.parties
    slots = {time.fromisoformat(each) for each in figures.rules.slot_times}
    times = sorted(slots | {slot for _weekday, slot in counts})
    most = max(counts.values(), default=0)
    rows = tuple(
        Row(
            label=name,
            cells=tuple(
                _shaded(figures, weekday, slot, counts[weekday, slot], most) for slot in times
            ),
        )
        for weekday, name in enumerate(WEEKDAYS, 1)
    )
    return Table(
        key="busiest-slots",
        title="Busiest slots",
        headings=("Weekday", *(f"{slot:%-I:%M %p}".lower() for slot in times)),
        rows=rows if most else (),
        note="Parties that are on, by the date of the party. The more, the darker.",
        empty="No party in this period.",
        css="heat",
    )


def _shaded(figures: Figures, weekday: int, slot: time, count: int, most: int) -> Cell:
    cell = counted(count, figures.period, "parties", weekday=weekday, time=f"{slot:%H:%M}")
    # At least a shade where there is anything.
    heat = -(-count * DARKEST // most) if most else 0
    return Cell(value=cell.value, url=cell.url, heat=heat)


def leads(figures: Figures) -> Table:
    """Return how early parties are booked."""
    _median, counts = figures.leads
    whole = sum(counts.values())
    rows = tuple(
        Row(
            label=name.capitalize(),
            cells=(
                counted(count, figures.period, "parties", lead=name),
                Cell(value=share(count, whole), kind=RATE),
            ),
        )
        for name, count in counts.items()
    )
    return Table(
        key="lead-times",
        title="From booking to party",
        headings=("Booked ahead", "Parties", "Of parties"),
        rows=rows if whole else (),
        note="Parties that are on, by the date of the party.",
        empty="No party in this period.",
    )


def holds(figures: Figures) -> Table:
    """Return what became of the slots that were held in the period."""
    made = figures.made
    whole = sum(made.values())
    decided = whole - made["held"]
    rows = tuple(
        Row(
            label=label,
            cells=(
                counted(made[name], figures.period, "made", outcome=name),
                Cell(value=None if name == "held" else share(made[name], decided), kind=RATE),
            ),
        )
        for name, label in MADE_LABELS.items()
    )
    return Table(
        key="holds",
        title="From hold to confirmed",
        headings=("What became of it", "Bookings", "Of those decided"),
        rows=rows if whole else (),
        note="By the date on which the booking was made. One that was confirmed and canceled "
        "later counts as confirmed here.",
        empty="No booking was made in this period.",
    )
