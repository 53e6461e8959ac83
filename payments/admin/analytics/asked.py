"""Which period is asked for, and beside which other one."""

from datetime import date, timedelta

from django import forms

from myhibachi.core.errors import InvalidInput
from payments.queries.period import BASES, CASH, EVENT, GRANULARITIES, Period

FIELD_OF = {"from": "start", "to": "end", "granularity": "granularity", "basis": "basis"}
BASIS_LABELS = {EVENT: "event date", CASH: "cash date"}
DATE_INPUT = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
PREVIOUS, YEAR = "previous", "year"
COMPARISONS = {PREVIOUS: "the days before", YEAR: "a year before"}
# As many bars as can be told apart, and read in a table.
MOST_BUCKETS = 400


class PeriodForm(forms.Form):
    """A period at the venue, how it is cut and counted, and what it is compared with."""

    start = forms.DateField(label="From", widget=DATE_INPUT)
    end = forms.DateField(label="To", widget=DATE_INPUT)
    granularity = forms.ChoiceField(label="By", choices=[(each, each) for each in GRANULARITIES])
    basis = forms.ChoiceField(
        label="Count by", choices=[(each, BASIS_LABELS[each]) for each in BASES], required=False
    )
    compare = forms.ChoiceField(
        label="Compare with", choices=list(COMPARISONS.items()), required=False
    )

    def clean_basis(self) -> str:
        """Return the event date where nothing is said."""
        return self.cleaned_data["basis"] or EVENT

    def clean_compare(self) -> str:
        """Return the days before where nothing is said."""
        return self.cleaned_data["compare"] or PREVIOUS

    def period(self) -> Period | None:
        """Return what is asked for; None where it makes no sense, which the form then says."""
        if not self.is_valid():
            return None
        asked = self.cleaned_data
        try:
            period = Period(
                first=asked["start"],
                last=asked["end"],
                granularity=asked["granularity"],
                basis=asked["basis"],
            )
        except InvalidInput as error:
            self.add_error(FIELD_OF.get(error.attr or ""), error.detail)
            return None
        if period.granularity == "day" and period.days > MOST_BUCKETS:
            self.add_error(
                "granularity", f"By day at most {MOST_BUCKETS} days: choose week or month."
            )
            return None
        return period

    def compared(self, period: Period) -> Period | None:
        """Return the period that the figures stand beside; None before all time."""
        by_year = self.cleaned_data["compare"] == YEAR
        return period.year_before if by_year else period.previous


def last_days(today: date, days: int) -> dict[str, str]:
    """Return the query of so many days, the last of them today."""
    return _query(today - timedelta(days=days - 1), today, "day")


def presets(today: date) -> list[tuple[str, dict[str, str]]]:
    """Return the periods that are asked for most, each with its query."""
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    year = month.replace(month=1)
    last_year = year.replace(year=year.year - 1)
    a_year_ago = (month - timedelta(days=334)).replace(day=1)
    return [
        ("Last 30 days", last_days(today, 30)),
        ("This month", _query(month, today, "day")),
        ("Last month", _query(last_month, month - timedelta(days=1), "day")),
        ("Last 12 weeks", _query(today - timedelta(weeks=12, days=-1), today, "week")),
        ("Last 12 months", _query(a_year_ago, today, "month")),
        ("This year", _query(year, today, "month")),
        ("Last year", _query(last_year, year - timedelta(days=1), "month")),
    ]


def _query(first: date, last: date, granularity: str) -> dict[str, str]:
    return {"start": first.isoformat(), "end": last.isoformat(), "granularity": granularity}
