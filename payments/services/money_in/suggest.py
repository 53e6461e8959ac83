"""The bookings that money may be meant for. Never taken without a person saying so."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches

from django.utils import timezone

from bookings.models import Booking, Status
from bookings.services.payable import PAYABLE
from myhibachi.core.money import format_cents
from payments.services.money_in.match import BARE, Match, Money, bookings, matches, named_in

# What each sign is worth, of a hundred.
NAMED, ALMOST_NAMED, CONTACT, BALANCE, DEPOSIT, NAME, NEAR = 90, 60, 50, 45, 40, 40, 10
ENOUGH, SHOWN = 40, 5
SURE = 99
ALIKE = 0.75
# A party is paid for until some weeks after it, and a booking soon after it is made.
PAID_UNTIL = dt.timedelta(days=60)
SOON = dt.timedelta(days=7)
AT_MOST = 5000
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
PHONE = re.compile(r"(?:\+?1[ .-]*)?(?:\(\d{3}\)|\d{3})[ .-]*\d{3}[ .-]*\d{4}(?!\d)")


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A booking that money may be for, how likely out of a hundred, and why."""

    booking: Booking
    score: int
    reasons: tuple[str, ...]


Sign = tuple[int, str]


@dataclass(frozen=True)
class _Known:
    """The bookings that owe something, by what money may tell of them."""

    bookings: list[Booking]
    by_amount: dict[int, list[Booking]] = field(default_factory=lambda: defaultdict(list))
    by_word: dict[str, list[Booking]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for booking in self.bookings:
            for amount in {booking.balance, booking.deposit_due - booking.paid}:
                self.by_amount[amount].append(booking)
            told = {booking.reference, booking.contact_email.lower(), _phone(booking.contact_phone)}
            names = {word for name in _names(booking) for word in _words(name)}
            for word in filter(None, told | names):
                self.by_word[word].append(booking)
            for word in names:
                self.words[word[0]].add(word)


def suggestions(
    monies: Sequence[Money], named: Sequence[Match | None] | None = None
) -> list[tuple[Suggestion, ...]]:
    """Return for each of these what it may be for, the likeliest first.

    Args:
        named: what `matches` said of them, if it has been asked.
    """
    if not monies:
        return []
    known = _owing(min(money.received_on for money in monies))
    named = matches(monies) if named is None else named
    return [_best(money, match, known) for money, match in zip(monies, named, strict=True)]


def _owing(first: dt.date) -> _Known:
    """Return those that may be paid; a hold that has run out is often paid for all the same."""
    found = bookings().filter(status__in=[*PAYABLE, Status.EXPIRED], date__gte=first - PAID_UNTIL)
    return _Known([each for each in found.order_by("date", "pk")[:AT_MOST] if each.balance > 0])


def _best(money: Money, match: Match | None, known: _Known) -> tuple[Suggestion, ...]:
    found = {booking.pk: booking for booking in _candidates(money, known)}
    named = match.booking if match else None
    if named:
        found[named.pk] = named
    scored = []
    for booking in found.values():
        signs = list(_signs(money, booking, is_named=booking == named))
        score = min(sum(worth for worth, _ in signs), SURE)
        if score >= ENOUGH:
            reasons = tuple(reason for _, reason in signs)
            scored.append(Suggestion(booking=booking, score=score, reasons=reasons))
    scored.sort(key=lambda each: (-each.score, each.booking.date, each.booking.reference))
    return tuple(scored[:SHOWN])


def _candidates(money: Money, known: _Known) -> Iterator[Booking]:
    yield from known.by_amount.get(money.amount, ())
    words = {*_words(money.memo), *_contacts(money), *named_in(money, BARE)}
    for word in _words(money.sender):
        words.update(get_close_matches(word, known.words.get(word[0], ()), cutoff=ALIKE))
    for word in words:
        yield from known.by_word.get(word, ())


def _signs(money: Money, booking: Booking, *, is_named: bool) -> Iterator[Sign]:
    if is_named:
        yield NAMED, f"It names {booking.reference}."
    elif booking.reference in named_in(money, BARE):
        yield ALMOST_NAMED, f"It says {booking.reference[2:]}."
    contacts = _contacts(money)
    for told in (booking.contact_email.lower(), _phone(booking.contact_phone)):
        if told and told in contacts:
            yield CONTACT, f"It says {told}."
    alike, name = max((_likeness(money, name), name) for name in _names(booking))
    if alike >= ALIKE:
        yield round(NAME * alike), f"It comes from “{money.sender or name}”, as {name} would."
    missing = booking.deposit_due - booking.paid
    if money.amount == booking.balance:
        yield BALANCE, f"{format_cents(money.amount)} is all that is owed."
    elif money.amount == missing:
        yield DEPOSIT, f"{format_cents(money.amount)} is the deposit that is due."
    yield from _near(money, booking)


def _near(money: Money, booking: Booking) -> Iterator[Sign]:
    made = timezone.localdate(booking.created_at)
    if dt.timedelta(0) <= money.received_on - made <= SOON:
        yield NEAR, "It came within a week of the booking."
    elif abs(booking.date - money.received_on) <= SOON:
        yield NEAR, "It came within a week of the party."


def _names(booking: Booking) -> tuple[str, ...]:
    return (booking.contact_name, booking.customer.name)


def _likeness(money: Money, name: str) -> float:
    """Return how alike the sender and a name are, up to 1; a name in the memo counts as well."""
    words = _words(name)
    if not words:
        return 0.0
    if len(words) > 1 and set(words) <= set(_words(money.memo)):
        return 1.0
    return SequenceMatcher(None, _sorted(_words(money.sender)), _sorted(words)).ratio()


def _sorted(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if not word.isdigit()]


def _contacts(money: Money) -> set[str]:
    text = f"{money.sender} {money.memo}".lower()
    return {*EMAIL.findall(text), *map(_phone, PHONE.findall(text))}


def _phone(text: str) -> str:
    """Return the ten digits of a number here; empty where it has fewer."""
    digits = re.sub(r"\D", "", text)
    return digits[-10:] if len(digits) >= 10 else ""
