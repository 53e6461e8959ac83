"""What in Stripe's objects identifies a person, and how to take it out of JSON and of text."""

import re
from collections.abc import Iterable
from typing import Any

MARK = "[erased]"
KEYS = frozenset(
    ("email", "name", "phone", "address", "shipping", "individual_name", "verified_email",
     "verified_name", "verified_phone", "verified_address", "ip", "ip_address", "cardholder_name",
     "receipt_url", "hosted_invoice_url", "invoice_pdf")
)  # fmt: skip
ENDINGS = ("_email", "_name", "_phone", "_address")
# What anybody may have written anything into.
WRITTEN = frozenset(("description", "evidence", "footer"))
# Their name is that of a dish, not of a person.
THINGS = ("product", "price", "plan", "coupon", "tax_rate")
# A shorter word is found in too many others.
SHORTEST = 3


def is_personal(key: str, value: Any) -> bool:
    """Return whether what a key of Stripe's holds identifies a person."""
    return key in KEYS or (key.endswith(ENDINGS) and isinstance(value, str | dict))


def without_personal(value: Any) -> Any:
    """Return JSON of Stripe's without what identifies a person; ids, amounts and dates stay."""
    if isinstance(value, list):
        return [without_personal(item) for item in value]
    if not isinstance(value, dict):
        return value
    is_thing = value.get("object") in THINGS
    return {
        key: None if not is_thing and _goes(key, item) else without_personal(item)
        for key, item in value.items()
    }


def _goes(key: str, value: Any) -> bool:
    return key in WRITTEN or is_personal(key, value)


class Words:
    """A person's own words, to be found in texts: name, email, phone, address.

    They are found whole and whatever their case, so that "Rose" leaves "Rosemary" alone.
    """

    def __init__(self, values: Iterable[str]) -> None:
        known = {value.strip() for value in values if len(value.strip()) >= SHORTEST}
        # The longest first: a name goes before its parts.
        ordered = sorted(known, key=len, reverse=True)
        pattern = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in ordered)
        self._pattern = re.compile(pattern, re.IGNORECASE) if ordered else None

    def out_of(self, value: Any) -> Any:
        """Return a text, or JSON, with a mark in place of each of them."""
        if isinstance(value, str):
            return self._pattern.sub(MARK, value) if self._pattern else value
        if isinstance(value, list):
            return [self.out_of(item) for item in value]
        if isinstance(value, dict):
            return {key: self.out_of(item) for key, item in value.items()}
        return value
