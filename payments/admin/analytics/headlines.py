"""The figures that stand above the tables, each beside the compared period's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from payments.admin.analytics.figures import Figures
from payments.admin.analytics.table import COUNT, MONEY, RATE, Cell
from payments.queries.rates import share

Number = int | float | None
Read = Callable[[Figures], Number]


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A figure, and what it was in the period that this one is compared with."""

    label: str
    now: Cell
    before: Cell | None

    @property
    def change(self) -> int | None:
        """By how many percent it grew; None where there was nothing to grow from, or of rates."""
        if not self.before or not self.before.value or self.now.value is None:
            return None
        if self.now.kind == RATE:
            return None
        was = self.before.value
        return round(100 * (self.now.value - was) / abs(was))


def revenue(figures: Figures) -> Iterator[Headline]:
    """Yield what was earned."""
    yield _headline("Revenue", figures, lambda its: its.totals.revenue, MONEY)
    yield _headline("Charged", figures, lambda its: its.totals.charged, MONEY)
    yield _headline("Refunded", figures, lambda its: its.totals.refunded, MONEY)
    yield _headline("Disputed", figures, lambda its: its.totals.disputed, MONEY)
    yield _headline("Stripe's fees", figures, lambda its: its.totals.fees, MONEY)
    yield _headline("Net", figures, lambda its: its.totals.net, MONEY)
    yield _headline("Payments", figures, lambda its: its.totals.payments, COUNT)
    yield _headline("Average payment", figures, lambda its: its.totals.average, MONEY)


def payments(figures: Figures) -> Iterator[Headline]:
    """Yield how well paying goes."""
    yield _headline("Success rate", figures, lambda its: its.attempts.success_rate, RATE)
    yield _headline("Failure rate", figures, lambda its: its.attempts.failure_rate, RATE)
    yield _headline("Fees, of charged", figures, _fee_rate, RATE)


def _fee_rate(its: Figures) -> Number:
    return share(its.totals.fees, its.totals.charged)


def given_back(figures: Figures) -> Iterator[Headline]:
    """Yield how much is given back and disputed."""
    yield _headline("Refunded, of charged", figures, _refund_rate, RATE)
    yield _headline("Disputes, of payments", figures, _dispute_rate, RATE)
    yield _headline("Disputes won, of decided", figures, _win_rate, RATE)


def _refund_rate(its: Figures) -> Number:
    return share(its.totals.refunded, its.totals.charged)


def _dispute_rate(its: Figures) -> Number:
    return share(sum(row.opened for row in its.disputes), its.totals.payments)


def _win_rate(its: Figures) -> Number:
    won, lost = sum(row.won for row in its.disputes), sum(row.lost for row in its.disputes)
    return share(won, won + lost)


def customers(figures: Figures) -> Iterator[Headline]:
    """Yield who paid, and what they are worth."""
    yield _headline("Paid", figures, lambda its: its.payers.customers, COUNT)
    yield _headline("New", figures, lambda its: its.payers.new, COUNT)
    yield _headline("Returning", figures, lambda its: its.payers.returning, COUNT)
    value = Cell(value=figures.lifetime_value, kind=MONEY)
    yield Headline(label="Lifetime value, on average", now=value, before=None)


def parties(figures: Figures) -> Iterator[Headline]:
    """Yield how many parties there are, how large, and how many come about."""
    yield _headline("Parties", figures, lambda its: its.parties.parties, COUNT)
    yield _headline("Guests", figures, lambda its: its.parties.guests, COUNT)
    yield _headline("Guests a party", figures, _guests_a_party, COUNT)
    yield _headline("Bill a party", figures, _bill_a_party, MONEY)
    yield _headline("Canceled, of confirmed", figures, _cancel_rate, RATE)
    yield _headline("Holds confirmed", figures, _confirm_rate, RATE)
    median = Cell(value=figures.leads[0])
    yield Headline(label="Booked ahead, days (median)", now=median, before=None)


def _guests_a_party(its: Figures) -> Number:
    found = its.parties
    return round(found.guests / found.parties, 1) if found.parties else None


def _bill_a_party(its: Figures) -> Number:
    found = its.parties
    return round(found.total / found.parties) if found.parties else None


def _cancel_rate(its: Figures) -> Number:
    return share(its.parties.canceled, its.parties.confirmed)


def _confirm_rate(its: Figures) -> Number:
    decided = sum(its.made.values()) - its.made["held"]
    return share(its.made["confirmed"], decided)


def _headline(label: str, figures: Figures, read: Read, kind: str) -> Headline:
    before = Cell(value=read(figures.before), kind=kind) if figures.before else None
    return Headline(label=label, now=Cell(value=read(figures), kind=kind), before=before)
