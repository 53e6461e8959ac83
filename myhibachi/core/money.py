"""Money is integer cents beside a currency, as Stripe does it. Conversions live here alone."""

import re
from decimal import Decimal

from django.db import models

CURRENCY = "usd"
_SYMBOLS = {"usd": "$"}
# Seven digits and more are a phone number, unless commas say otherwise.
_TYPED = re.compile(r"-?\$?(\d{1,3}(,\d{3}){1,3}|\d{1,6})(\.\d{1,2})?", re.ASCII)


def format_cents(amount: int, currency: str = CURRENCY) -> str:
    """Return cents as people read them: `-123456` is `-$1,234.56`."""
    sign = "-" if amount < 0 else ""
    dollars, cents = divmod(abs(amount), 100)
    return f"{sign}{_SYMBOLS.get(currency, currency.upper() + ' ')}{dollars:,}.{cents:02d}"


def dollars_to_cents(amount: Decimal) -> int:
    """Return exact cents.

    Raises:
        ValueError: the amount has a fraction of a cent.
    """
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError("An amount can't have a fraction of a cent.")
    return int(cents)


def typed_cents(text: str) -> int | None:
    """Return the cents of an amount as people type it ("$1,234.50"); None where it is none."""
    text = text.strip()
    if not _TYPED.fullmatch(text):
        return None
    return dollars_to_cents(Decimal(text.replace("$", "").replace(",", "")))


def cents_field(**options: object) -> "models.BigIntegerField[int, int]":
    """Return a model field that holds integer cents."""
    return models.BigIntegerField(**options)  # type: ignore[arg-type]  # passed through as given
