"""What a canceled booking gives back. Pure: the rules and the clock come in, cents come out."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from bookings.rules import Rules
from myhibachi.core.money import format_cents


class Rule(StrEnum):
    """Which rule of the cancellation policy applies."""

    UNCONFIRMED = "unconfirmed"
    EARLY = "early"
    ALL_BUT_DEPOSIT = "all_but_deposit"
    LATE = "late"
    BEGUN = "begun"


# The kindest first.
STRICTNESS = (Rule.UNCONFIRMED, Rule.EARLY, Rule.ALL_BUT_DEPOSIT, Rule.LATE, Rule.BEGUN)


MOVED = (
    "A party that was moved is canceled under the rule that applied when it was moved, "
    "or under a later one."
)


@dataclass(frozen=True, kw_only=True)
class Cancellation:
    """What the policy says. Money in cents.

    Attributes:
        sentence: the rule with its own numbers, as a customer reads it.
    """

    rule: Rule
    sentence: str
    refund: int
    kept: int


def cancellation(
    rules: Rules,
    *,
    paid: int,
    deposit_due: int,
    starts_at: dt.datetime,
    now: dt.datetime,
    confirmed: bool,
    moved_in: Rule | None = None,
) -> Cancellation:
    """Return what goes back if the booking is canceled now, and under which rule.

    A move wins no window back: nobody moves a party far away to cancel it for more.

    The windows are real hours, whatever the clocks at the venue do in between. Half a cent rounds
    in the customer's favor. Tips are no part of this.

    Args:
        rules: those that the booking was made under.
        paid: what is left of what the customer paid, in cents; less than nothing counts as nothing.
        confirmed: whether it was ever promised: a pending booking gives all of it back.
        moved_in: the strictest rule that applied when it was moved.
    """
    paid = max(paid, 0)
    beyond = max(paid - deposit_due, 0)
    by_clock = _rule(rules, starts_at=starts_at, now=now, confirmed=confirmed)
    rule = max(by_clock, moved_in or by_clock, key=STRICTNESS.index) if confirmed else by_clock
    refund = {
        Rule.UNCONFIRMED: paid,
        Rule.EARLY: paid,
        Rule.ALL_BUT_DEPOSIT: beyond,
        Rule.LATE: (beyond * rules.late_cancel_refund_percent + 50) // 100,
        Rule.BEGUN: 0,
    }[rule]
    sentence = _sentence(rule, rules, deposit_due)
    if rule != by_clock:
        sentence = f"Moved {sentence[0].lower()}{sentence[1:]}"
    return Cancellation(rule=rule, sentence=sentence, refund=refund, kept=paid - refund)


def has_begun(*, starts_at: dt.datetime, now: dt.datetime) -> bool:
    """Return whether the party has begun: from then on only staff cancel."""
    return now >= starts_at


def in_words(rules: Rules, *, deposit_due: int) -> tuple[str, ...]:
    """Return the whole policy, a sentence for each window, for whoever has not paid yet."""
    windows = (Rule.EARLY, Rule.ALL_BUT_DEPOSIT, Rule.LATE)
    return (*(_sentence(rule, rules, deposit_due) for rule in windows), MOVED)


def _rule(rules: Rules, *, starts_at: dt.datetime, now: dt.datetime, confirmed: bool) -> Rule:
    if not confirmed:
        return Rule.UNCONFIRMED
    if has_begun(starts_at=starts_at, now=now):
        return Rule.BEGUN
    # Both moments in UTC: of one zone, Python would subtract what the clocks on the wall say.
    left = starts_at.astimezone(dt.UTC) - now.astimezone(dt.UTC)
    if left >= dt.timedelta(hours=rules.cancel_full_refund_hours):
        return Rule.EARLY
    if left >= dt.timedelta(hours=rules.cancel_keep_deposit_hours):
        return Rule.ALL_BUT_DEPOSIT
    return Rule.LATE


def _sentence(rule: Rule, rules: Rules, deposit_due: int) -> str:
    early, late = _hours(rules.cancel_full_refund_hours), _hours(rules.cancel_keep_deposit_hours)
    deposit = f"the deposit of {format_cents(deposit_due)}"
    return {
        Rule.UNCONFIRMED: "Not confirmed yet: all of it back.",
        Rule.EARLY: f"{early} or more before the party: all of it back.",
        Rule.ALL_BUT_DEPOSIT: (
            f"Less than {early}, but {late} or more before the party: all but {deposit} back."
        ),
        Rule.LATE: (
            f"Less than {late} before the party: {_share(rules.late_cancel_refund_percent)} "
            f"what was paid beyond {deposit} back."
        ),
        Rule.BEGUN: "The party has begun: nothing back.",
    }[rule]


def _hours(hours: int) -> str:
    """Return 168 as "7 days" and 48 as "48 hours", as people say it."""
    if hours > 48 and hours % 24 == 0:
        return f"{hours // 24} days"
    return f"{hours} hour{'' if hours == 1 else 's'}"


def _share(percent: int) -> str:
    words = {0: "nothing of", 50: "half of", 100: "all of"}
    return words.get(percent, f"{percent} % of")
