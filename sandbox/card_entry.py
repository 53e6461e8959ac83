"""A typed card: is it possible at all, and how does it look as a payment method's hash."""

import hashlib
import time

from sandbox import cards, errors
from sandbox.params import Params
from sandbox.store import Body


def check(given: Params) -> None:
    """A typed card: a possible number, not expired, a security code of the right length."""
    for field in ("number", "exp_month", "exp_year"):
        if field not in given:
            raise errors.missing(f"card[{field}]")
    year = int(given["exp_year"]) + (2000 if int(given["exp_year"]) < 100 else 0)
    now = time.gmtime()
    _require(cards.valid_number(given["number"]), "number", "incorrect_number")
    _require(1 <= int(given["exp_month"]) <= 12, "exp_month", "invalid_expiry_month")
    _require(year >= now.tm_year, "exp_year", "invalid_expiry_year")
    current = (year, int(given["exp_month"])) >= (now.tm_year, now.tm_mon)
    _require(current, "exp_month", "invalid_expiry_month")
    code = given.get("cvc", "123")
    _require(code.isdigit() and len(code) in (3, 4), "cvc", "invalid_cvc")


WRONG = {
    "incorrect_number": "Your card number is incorrect.",
    "invalid_expiry_month": "Your card's expiration month is invalid.",
    "invalid_expiry_year": "Your card's expiration year is invalid.",
    "invalid_cvc": "Your card's security code is invalid.",
}


def _require(good: bool, param: str, code: str) -> None:
    if not good:
        raise errors.StripeError(
            WRONG[code], status=402, kind="card_error", code=code, param=f"card[{param}]"
        )


def card_hash(card: cards.Card, typed: Params) -> Body:
    """The ``card`` hash of a payment method."""
    checked = "pass" if typed.get("cvc") else None
    return {
        "brand": card.brand,
        "checks": {"cvc_check": checked} if typed.get("number") else {"cvc_check": "pass"},
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": int(typed.get("exp_month", 12)),
        "exp_year": _full_year(int(typed.get("exp_year", time.gmtime().tm_year + 2))),
        "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
        "funding": card.funding,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": card.brand != "amex"},
    }


def _full_year(year: int) -> int:
    return year + 2000 if year < 100 else year
