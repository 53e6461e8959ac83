"""A statement of the bank's, with money of which nobody knows yet what it is for."""

import datetime as dt

from bookings.slots import local_date
from payments.management.demo.people import People
from payments.models import MoneyIn
from payments.services.money_in.imports import import_statement
from payments.services.money_in.plan import plan_import

# How many days ago, who, how much, what for.
LINES = (
    (1, "Ivy Okafor", "100.00", "hibachi deposit for the 14th"),
    (2, "B BROOKS", "450.00", "party balance, thank you!"),
    (4, "Sam Rivera", "60.00", ""),
)


def import_lines(people: People, *, now: dt.datetime) -> int:
    """Import the statement unless there is one; return how many of its lines were new."""
    if MoneyIn.objects.exists():
        return 0
    rows = (
        f'{local_date(now) - dt.timedelta(days=days)},{name},{amount},"{memo}"'
        for days, name, amount, memo in LINES
    )
    text = "\n".join(("Date,Name,Amount,Memo", *rows))
    plan = plan_import(text=text, method="zelle", suggested=0, now=now)
    done = import_statement(
        text=text,
        source="november.csv",
        method="zelle",
        seen=plan.digest,
        actor=people.support,
        now=now,
    )
    return done.new
