"""The figures of a period, each read when it is first asked for and not again."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

from bookings.queries import figures as parties
from bookings.queries.figures import Parties, PartyRow
from bookings.queries.rules import current_rules
from bookings.rules import Rules
from payments.queries import (
    analytics_attempts,
    analytics_losses,
    analytics_money,
    analytics_payers,
)
from payments.queries.analytics_attempts import AttemptRow, Attempts
from payments.queries.analytics_losses import DisputeRow, Refunds
from payments.queries.analytics_money import Bucket, Row, Totals
from payments.queries.analytics_payers import PayerFigures, Payers, TopPayer
from payments.queries.period import EVENT, Period


class Figures:
    """What the page's tables take; those of `before`, where there is a period to compare with."""

    def __init__(
        self,
        period: Period,
        before: Period | None,
        *,
        now: datetime,
        after: "Figures | None" = None,
    ) -> None:
        self.period = period
        self.happened = replace(period, basis=EVENT)
        self.before = Figures(before, None, now=now, after=self) if before else None
        # Those that these are compared with.
        self.after = after
        self.now = now

    # --- Money, by the dates that are asked for
    @cached_property
    def rows(self) -> list[Row]:
        """The ledger by date, kind, method and purpose."""
        return analytics_money.rows_of(self.period)

    @cached_property
    def totals(self) -> Totals:
        """The ledger, added up."""
        return analytics_money.add_up(self.rows)

    @cached_property
    def buckets(self) -> list[Bucket]:
        """The ledger by day, week or month."""
        return analytics_money.buckets_of(self.rows, self.period, self.period.granularity)

    @cached_property
    def refunds(self) -> Refunds:
        """What went back, by reason."""
        return analytics_losses.refunds_of(self.period, self.totals)

    @cached_property
    def not_settled(self) -> tuple[Totals, Totals]:
        """What was not ours to use when the period began, and at its end."""
        return analytics_money.not_settled_around(self.period)

    # --- Attempts and disputes, by the dates on which they began
    @cached_property
    def attempt_rows(self) -> list[AttemptRow]:
        """Card payments by bucket and by how they stand."""
        return analytics_attempts.attempt_rows(self.period)

    @cached_property
    def attempts(self) -> Attempts:
        """Card payments, added up."""
        return analytics_attempts.stand(self.attempt_rows)

    @cached_property
    def attempts_by_bucket(self) -> dict[date, Attempts]:
        """Card payments by day, week or month; none where none was begun."""
        groups = defaultdict(list)
        for row in self.attempt_rows:
            groups[row.start].append(row)
        return {start: analytics_attempts.stand(groups[start]) for start in self.period.starts}

    @cached_property
    def disputes(self) -> list[DisputeRow]:
        """Disputes opened, by the reason that the bank gave."""
        return analytics_losses.dispute_rows(self.period)

    # --- Customers, by the dates on which they paid
    @cached_property
    def payer_figures(self) -> PayerFigures:
        """Who paid, by day, week or month too, and before."""
        return analytics_payers.payers(self.period, self.before.period if self.before else None)

    @property
    def payers(self) -> Payers:
        """Who paid."""
        before = self.after and self.after.payer_figures.before
        return before or self.payer_figures.whole

    @cached_property
    def lifetime_value(self) -> int | None:
        """What those who paid had brought in the mean, in cents; None where nobody did."""
        if not self.payers.customers:
            return None
        return analytics_payers.payers_lifetime_value(self.period) // self.payers.customers

    @cached_property
    def top(self) -> list[TopPayer]:
        """Who brought most."""
        return analytics_payers.top_payers(self.period)

    @cached_property
    def rules(self) -> Rules:
        """Today's rule book, which says when there are slots."""
        return current_rules(self.now)

    # --- Parties, by their own dates; holds, by the dates on which they were made
    @cached_property
    def party_rows(self) -> list[PartyRow]:
        """Parties by bucket, weekday and slot."""
        period = self.period
        return parties.party_rows(period.first, period.last, period.granularity)

    @cached_property
    def parties(self) -> Parties:
        """Parties, added up."""
        return parties.add_up(self.party_rows)

    @cached_property
    def leads(self) -> tuple[int | None, dict[str, int]]:
        """The median days from booking to party, and how many have which."""
        return parties.lead_times(self.period.first, self.period.last)

    @cached_property
    def made(self) -> dict[str, int]:
        """What became of the slots that were held."""
        return parties.made_counts(self.period.start, self.period.end)
