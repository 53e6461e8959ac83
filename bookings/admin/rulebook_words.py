"""How the rules are called and shown to people; typed amounts read the same."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.utils.formats import date_format
from django.utils.text import capfirst

from bookings.models import RuleBook
from myhibachi.core.money import format_cents

MONEY = (
    "adult_price", "child_price", "toddler_price", "order_minimum", "deposit",
    "travel_price_per_mile", "reschedule_fee",
    "loyalty_silver", "loyalty_gold", "loyalty_platinum", "manager_refund_limit",
    "dispute_fee",
)  # fmt: skip
UNITS = {
    "adult_from_age": "years",
    "child_from_age": "years",
    "proteins_per_guest": "for each paying guest",
    "protein_choice_hours": "hours before",
    "hold_minutes": "minutes",
    "hold_reminder_minutes": "minutes",
    "slot_capacity": "parties",
    "notice_hours": "hours",
    "horizon_days": "days ahead",
    "guests_min": "guests",
    "guests_max": "guests",
    "final_count_hours": "hours before",
    "duration_base_minutes": "minutes",
    "duration_minutes_per_guest": "minutes",
    "duration_max_minutes": "minutes",
    "travel_free_miles": "miles",
    "travel_max_miles": "miles",
    "cancel_full_refund_hours": "hours before",
    "cancel_keep_deposit_hours": "hours before",
    "late_cancel_refund_percent": "%",
    "free_reschedules": "moves",
    "reschedule_notice_hours": "hours before",
    "balance_reminder_hours": "hours before",
    "party_reminder_hours": "hours before",
    "arrival_minutes": "minutes before",
    "quote_valid_days": "days",
    "invoice_due_days": "days",
    "invoice_reminder_days": "days",
}
LABELS = {
    "add_ons": "Add-ons",
    "adult_from_age": "Adult from age",
    "child_from_age": "Child from age",
    "protein_choice_hours": "Proteins may change until",
    "hold_minutes": "An unpaid booking holds its slot",
    "hold_reminder_minutes": "Remind of the deposit after",
    "slot_times": "Parties start at",
    "slot_capacity": "Parties a slot",
    "notice_hours": "Notice needed",
    "horizon_days": "Booked at most",
    "guests_min": "Smallest party",
    "guests_max": "Largest party",
    "final_count_hours": "Guests may change until",
    "duration_base_minutes": "A party takes",
    "duration_minutes_per_guest": "and for each guest",
    "duration_max_minutes": "but at most",
    "travel_origin_zip": "The kitchen's ZIP code",
    "travel_free_miles": "Free travel",
    "travel_price_per_mile": "Each mile beyond",
    "travel_max_miles": "We drive at most",
    "cancel_full_refund_hours": "All of it back until",
    "cancel_keep_deposit_hours": "All but the deposit back until",
    "late_cancel_refund_percent": "Back after that",
    "free_reschedules": "Free moves",
    "reschedule_notice_hours": "Free until",
    "reschedule_fee": "Fee of any other move",
    "balance_reminder_hours": "Remind of the balance",
    "party_reminder_hours": "Remind of the party",
    "arrival_minutes": "The chef arrives",
    "flat_tax": "Charge the flat tax",
    "tax_basis_points": "Flat tax rate",
    "gratuity_percents": "Suggested tips",
    "quote_valid_days": "A quote is good for",
    "invoice_due_days": "A balance invoice is due after",
    "invoice_reminder_days": "Remind of an overdue invoice every",
    "dispute_fee": "Stripe's fee for a dispute",
    "manager_refund_limit": "A manager refunds up to",
    "loyalty_silver": "Silver from",
    "loyalty_gold": "Gold from",
    "loyalty_platinum": "Platinum from",
}
HELP = {
    "tax_basis_points": "Travel and tips are not taxed.",
    "free_reschedules": "For each booking, when early enough.",
    "travel_price_per_mile": "For each full mile.",
    "late_cancel_refund_percent": "Of what was paid beyond the deposit.",
    "loyalty_silver": "Lifetime value.",
    "loyalty_gold": "Lifetime value.",
    "loyalty_platinum": "Lifetime value.",
    "manager_refund_limit": "A larger refund waits for finance.",
}
# Their label and unit say it all.
PLAIN = UNITS.keys() - HELP.keys() - {"adult_from_age", "child_from_age"}
SINGULAR = {"parties": "party"}


def label(name: str) -> str:
    """Return what a rule is called."""
    return LABELS.get(name) or capfirst(name.replace("_", " "))


def help_text(name: str) -> str:
    """Return what explains a rule beside its field."""
    if name in PLAIN or name == "reschedule_fee":
        return ""
    told: str = getattr(RuleBook._meta.get_field(name), "help_text", "")
    return HELP.get(name, told.removesuffix(" In cents."))


def percent(basis_points: int) -> str:
    """Return basis points as people write a percentage: 825 is "8.25"."""
    return f"{basis_points // 100}.{basis_points % 100:02d}"


def shown(name: str, value: Any) -> str:
    """Return a rule's value with its unit."""
    if name in MONEY:
        return format_cents(value)
    if name in SPECIAL:
        return SPECIAL[name](value)
    unit = _unit(UNITS.get(name, ""), value)
    days = f" ({value // 24} days)" if unit.startswith("hours") and _is_days(value) else ""
    return f"{value} {unit}{days}".strip()


def columns(line: str | tuple[str, ...]) -> Any:
    """Return a line of the form as what a page to look at shows."""
    return _column(line) if isinstance(line, str) else tuple(_column(name) for name in line)


def codes(values: Iterable[str]) -> str:
    """Return codes as words in a list."""
    return ", ".join(value.replace("_", " ") for value in values)


def _column(name: str) -> Callable[[RuleBook], str]:
    @admin.display(description=label(name))
    def show(book: RuleBook) -> str:
        return shown(name, getattr(book, name))

    # Django finds the help text by the name.
    show.__name__ = name
    return show


def _unit(words: str, value: Any) -> str:
    noun, _space, rest = words.partition(" ")
    if value != 1:
        return words
    return f"{SINGULAR.get(noun, noun.removesuffix('s'))} {rest}".strip()


def _is_days(hours: int) -> bool:
    return hours >= 48 and hours % 24 == 0


def _add_ons(items: list[dict[str, Any]]) -> str:
    return ", ".join(f"{item['label']} {format_cents(item['price'])}" for item in items) or "None"


def _date(value: dt.date) -> str:
    return date_format(value, "D, M j, Y")


SPECIAL: dict[str, Callable[[Any], str]] = {
    "effective_from": _date,
    "add_ons": _add_ons,
    "proteins": codes,
    "slot_times": codes,
    "gratuity_percents": lambda values: ", ".join(f"{value} %" for value in values) or "None",
    "flat_tax": lambda value: "Yes" if value else "No",
    "tax_basis_points": lambda value: f"{percent(value)} %",
}
