"""Amounts are integers in a currency's smallest unit; here they become text and fees."""

import re

ZERO_DECIMAL = frozenset(
    re.findall(r"\w+", "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf")
)
DECIMAL = """
aed ars aud brl cad chf cny cop czk dkk egp eur gbp hkd huf idr ils inr isk kes mad mxn myr ngn nok
nzd pen php pln qar ron rsd sar sek sgd thb try twd uah usd uyu zar
"""
CURRENCIES = ZERO_DECIMAL | frozenset(re.findall(r"\w+", DECIMAL))


def text(amount: int, currency: str) -> str:
    """``$12.50`` for 1250 cents; other currencies carry their code."""
    plain = f"{amount:,}" if currency in ZERO_DECIMAL else f"{amount / 100:,.2f}"
    return f"${plain}" if currency == "usd" else f"{plain} {currency.upper()}"


def card_fee(amount: int) -> int:
    """Stripe's United States price for cards: 2.9 % and 30 cents, rounded half up."""
    return (amount * 29 + 500) // 1000 + 30
