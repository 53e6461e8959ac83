"""The bookings that money may be meant for. Never taken without a person saying so."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from heapq import nsmallest

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
AT_MOST, NEAREST = 5000, 20
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
    # A reference, an email, the digits of a phone, the sorted words of a name.
    by_text: dict[str, list[Booking]] = field(default_factory=lambda: defaultdict(list))
    names_by_word: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    words_by_letter: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for booking in self.bookings:
            for amount in {booking.balance, booking.deposit_due - booking.paid}:
                self.by_amount[amount].append(booking)
            names = {_sorted(name) for name in _names(booking)}
            for text in filter(None, {booking.reference, *_contacts_of(booking), *names}):
                self.by_text[text].append(booking)
            for name in names:
                for word in name.split():
                    self.names_by_word[word].add(name)
                    self.words_by_letter[word[0]].add(word)


class _Clues:
    """What one payment tells of who sent it and what for."""

    def __init__(self, money: Money) -> None:
        self.money = money
        self.sender = _sorted(money.sender)
        self.memo = set(_words(money.memo))
        self.bare = named_in(money, BARE)
        text = f"{money.sender} {money.memo}".lower()
        self.contacts = {*EMAIL.findall(text), *map(_phone, PHONE.findall(text))}

    def likeness(self, name: str) -> float:
        """Return how alike the sender and a name are, up to 1; a name in the memo counts, too."""
        if self.says(name):
            return 1.0
        return SequenceMatcher(None, self.sender, name).ratio() if name else 0.0

    def says(self, name: str) -> bool:
        """Return whether the memo has a whole name in it, not just a first one."""
        words = name.split()
        return len(words) > 1 and self.memo.issuperset(words)

    def names(self, known: _Known) -> set[str]:
        """Return the names of ours that are like the sender's, or in the memo."""
        close = {
            near
            for word in self.sender.split()
            for near in get_close_matches(
                word, known.words_by_letter.get(word[0], ()), cutoff=ALIKE
            )
        }
        like = {name for word in close for name in known.names_by_word[word]}
        told = {name for word in self.memo for name in known.names_by_word.get(word, ())}
        found = get_close_matches(self.sender, like, n=NEAREST, cutoff=ALIKE)
        return {*found, *filter(self.says, told)}


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
    return [_best(_Clues(money), match, known) for money, match in zip(monies, named, strict=True)]


def _owing(first: dt.date) -> _Known:
    """Return those that may be paid; a hold that has run out is often paid for all the same."""
    found = bookings().filter(status__in=[*PAYABLE, Status.EXPIRED], date__gte=first - PAID_UNTIL)
    return _Known([each for each in found.order_by("date", "pk")[:AT_MOST] if each.balance > 0])


def _best(clues: _Clues, match: Match | None, known: _Known) -> tuple[Suggestion, ...]:
    found = {booking.pk: booking for booking in _candidates(clues, known)}
    named = match.booking if match else None
    if named:
        found[named.pk] = named
    scored = []
    for booking in found.values():
        signs = list(_signs(clues, booking, is_named=booking == named))
        score = min(sum(worth for worth, _ in signs), SURE)
        if score >= ENOUGH:
            reasons = tuple(reason for _, reason in signs)
            scored.append(Suggestion(booking=booking, score=score, reasons=reasons))
    scored.sort(key=lambda each: (-each.score, each.booking.date, each.booking.reference))
    return tuple(scored[:SHOWN])


def _candidates(clues: _Clues, known: _Known) -> Iterator[Booking]:
    day = clues.money.received_on
    # The whole bill of a small party is the same for many: the nearest of them will do.
    alike = known.by_amount.get(clues.money.amount, ())
    yield from nsmallest(NEAREST, alike, key=lambda each: abs(each.date - day))
    for text in {*clues.bare, *clues.contacts, *clues.names(known)}:
        yield from known.by_text.get(text, ())


def _signs(clues: _Clues, booking: Booking, *, is_named: bool) -> Iterator[Sign]:
    money = clues.money
    if is_named:
        yield NAMED, f"It names {booking.reference}."
    elif booking.reference in clues.bare:
        yield ALMOST_NAMED, f"It says {booking.reference[2:]}."
    for told in filter(None, _contacts_of(booking)):
        if told in clues.contacts:
            yield CONTACT, f"It says {told}."
    alike, name = max((clues.likeness(_sorted(name)), name) for name in _names(booking))
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


def _contacts_of(booking: Booking) -> tuple[str, ...]:
    return (booking.contact_email.lower(), _phone(booking.contact_phone))


def _sorted(name: str) -> str:
    """Return its words in one order: banks write the last name first, or last."""
    return " ".join(sorted(_words(name)))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if not word.isdigit()]


def _phone(text: str) -> str:
    """Return the ten digits of a number here; empty where it has fewer."""
    digits = re.sub(r"\D", "", text)
    return digits[-10:] if len(digits) >= 10 else ""
