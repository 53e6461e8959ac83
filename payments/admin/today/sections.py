"""The sections of the home page in their order: money about to be lost and deadlines first."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse

from customers.models import User
from payments.admin import record_payment_page
from payments.admin.today import booking_lines, money_lines
from payments.admin.today.line import Line
from payments.models import Attention
from payments.queries.today.kinds import KINDS
from payments.queries.today.waiting import Waiting, waiting
from payments.services.attention import PERMISSION as DECIDES
from payments.services.evidence import PERMISSION as ANSWERS
from payments.services.money_in.decide import PERMISSION as MATCHES
from payments.services.paid_back import PERMISSION as PAYS_BACK
from payments.services.reconcile.record import PERMISSION as MENDS
from payments.services.refund_approval import PERMISSION as APPROVES
from payments.services.refund_approval import may_decide
from payments.webhooks.replay import PERMISSION as REPLAYS

SHOWN, SHOWN_TO_READ = 5, 2
CHANGES_BOOKINGS = "bookings.change_booking"
Asks = Attention.Kind


@dataclass(frozen=True, kw_only=True)
class Section:
    """A kind of thing that waits, as the page shows it.

    Attributes:
        line: what a line says, with the buttons of somebody who may do everything.
        may: permissions, any of which is enough to do something about it.
        list: the page of all of them, and what is chosen there.
        technical: whether somebody who can do nothing about it need not see it early.
        is_mine: whether this very row is for this person.
    """

    kind: str
    title: str
    line: Callable[[Any, dt.datetime], Line]
    may: tuple[str, ...]
    list: tuple[str, str]
    technical: bool = False
    is_mine: Callable[[Any, User], bool] = lambda row, user: True

    @property
    def see_all(self) -> str:
        """Where all of them are."""
        name, chosen = self.list
        return reverse(f"admin:{name}_changelist") + chosen


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A section with what waits in it now."""

    section: Section
    waiting: Waiting
    lines: tuple[Line, ...]
    is_mine: bool

    @property
    def more(self) -> bool:
        """Whether there are more than are shown."""
        return self.waiting.count > len(self.lines)


def shown(request: HttpRequest, *, now: dt.datetime) -> list[Shown]:
    """Return the sections in which something waits, in this person's order."""
    user = cast(User, request.user)
    kinds = [each for each in KINDS if user.has_perm(_view(each.table))]
    found = waiting(kinds, now=now, shown=SHOWN)
    sections = [
        _shown(section, found[section.kind], user, now)
        for section in SECTIONS
        if section.kind in found
    ]
    # What somebody can do nothing about, and need not know first, comes last.
    return sorted(sections, key=lambda each: each.section.technical and not each.is_mine)


def _view(table: Any) -> str:
    return f"{table._meta.app_label}.view_{table._meta.model_name}"


def _shown(section: Section, found: Waiting, user: User, now: dt.datetime) -> Shown:
    mine = any(user.has_perm(permission) for permission in section.may)
    rows = found.rows if mine else found.rows[:SHOWN_TO_READ]
    return Shown(
        section=section,
        waiting=found,
        lines=tuple(_lines(section, rows, user, now, mine=mine)),
        is_mine=mine,
    )


def _lines(
    section: Section, rows: tuple[Any, ...], user: User, now: dt.datetime, *, mine: bool
) -> Iterator[Line]:
    for row in rows:
        line = section.line(row, now)
        yours = mine and section.is_mine(row, user)
        actions = (each for each in line.actions if yours and _has(user, each.may))
        yield replace(line, actions=tuple(actions))


def _has(user: User, permission: str) -> bool:
    return not permission or user.has_perm(permission)


def _questions(kind: Attention.Kind, title: str, *, technical: bool = False) -> Section:
    return Section(
        kind=kind,
        title=title,
        line=money_lines.question,
        may=(DECIDES,),
        list=("payments_attention", f"?state=open&kind__exact={kind}"),
        technical=technical,
    )


BOOKINGS, PAYMENTS, REFUNDS = "bookings_booking", "payments_payment", "payments_refund"
RECORDS = (record_payment_page.PERMISSION,)
SECTIONS = (
    Section(
        kind="deposits_failing",
        title="Deposits failing",
        line=money_lines.failing_deposit,
        may=RECORDS,
        list=(PAYMENTS, "?to_do=deposits"),
    ),
    Section(
        kind="holds",
        title="Holds about to lapse",
        line=booking_lines.hold,
        may=RECORDS,
        list=(BOOKINGS, "?attention=lapsing"),
    ),
    Section(
        kind="disputes",
        title="Disputes to answer",
        line=money_lines.dispute,
        may=(ANSWERS,),
        list=("payments_dispute", "?to_do=answer"),
    ),
    _questions(Asks.EARLY_FRAUD_WARNING, "Early fraud warnings"),
    Section(
        kind="late_money",
        title="Late money",
        line=booking_lines.late_money,
        may=("bookings.reschedule_booking", "payments.refund_payment", "bookings.waive_fee"),
        list=(BOOKINGS, "?attention=late_money"),
    ),
    Section(
        kind="owed_soon",
        title="Balances due before the party",
        line=booking_lines.owed_soon,
        may=RECORDS,
        list=(BOOKINGS, "?attention=owed_soon"),
    ),
    Section(
        kind="count_due",
        title="Guest counts due",
        line=booking_lines.count_due,
        may=(CHANGES_BOOKINGS,),
        list=(BOOKINGS, "?attention=count_due"),
    ),
    Section(
        kind="place_unknown",
        title="Places not found",
        line=booking_lines.place_unknown,
        may=(CHANGES_BOOKINGS,),
        list=(BOOKINGS, "?attention=location"),
    ),
    _questions(Asks.REFUND_FAILED, "Refunds that failed"),
    Section(
        kind="to_approve",
        title="Refunds to approve",
        line=money_lines.to_approve,
        may=(APPROVES,),
        list=(REFUNDS, "?to_do=approve"),
        is_mine=may_decide,
    ),
    Section(
        kind="to_pay_back",
        title="Refunds to pay back by hand",
        line=money_lines.to_pay_back,
        may=(PAYS_BACK,),
        list=(REFUNDS, "?to_do=pay_back"),
    ),
    _questions(Asks.DISPUTE, "Disputed: does the party take place?"),
    _questions(Asks.EXTERNAL_REFUND, "Refunded in Stripe's dashboard"),
    _questions(Asks.DUPLICATE_PAYMENT, "Paid twice"),
    Section(
        kind="money_in",
        title="Money that matches no booking",
        line=money_lines.money_in,
        may=(MATCHES,),
        list=("payments_moneyin", ""),
    ),
    Section(
        kind="owed_after",
        title="Still owed after the party",
        line=booking_lines.owed_after,
        may=RECORDS,
        list=(BOOKINGS, "?attention=owed_after"),
    ),
    Section(
        kind="invoices",
        title="Invoices overdue",
        line=money_lines.invoice,
        may=RECORDS,
        list=("payments_invoice", "?overdue=yes"),
    ),
    Section(
        kind="payouts",
        title="Payouts that the bank sent back",
        line=money_lines.payout,
        may=(),
        list=("payments_payout", "?status=failed"),
    ),
    Section(
        kind="quotes",
        title="Quotes asked for",
        line=booking_lines.quote,
        may=("bookings.change_quote",),
        list=("bookings_quote", "?status=asked"),
    ),
    Section(
        kind="to_finish",
        title="Did these parties take place?",
        line=booking_lines.to_finish,
        may=(CHANGES_BOOKINGS,),
        list=(BOOKINGS, "?attention=to_finish"),
    ),
    Section(
        kind="emails",
        title="E-mails that failed",
        line=booking_lines.email,
        may=(CHANGES_BOOKINGS,),
        list=("bookings_email", "?status__exact=failed"),
    ),
    Section(
        kind="events",
        title="Events that need attention",
        line=money_lines.event,
        may=(REPLAYS,),
        list=("payments_webhookevent", "?state__exact=needs_attention"),
        technical=True,
    ),
    _questions(Asks.UNPROVEN, "Totals that the ledger does not prove", technical=True),
    Section(
        kind="differences",
        title="Differences from Stripe",
        line=money_lines.difference,
        may=(MENDS,),
        list=("payments_difference", ""),
        technical=True,
    ),
)
