"""What a bank can be told, by Stripe's names: https://docs.stripe.com/api/disputes/evidence_object.

Fields that Stripe takes as an uploaded file only are not among them.
"""

from collections.abc import Mapping

from myhibachi.core.errors import InvalidInput

Fields = Mapping[str, str]

LONGEST_LINE = 255
LONGEST_TEXT = 20_000
# All of them together.
LONGEST = 150_000

# Each with the most characters that it takes.
FIELDS: dict[str, int] = {
    "customer_name": LONGEST_LINE,
    "customer_email_address": LONGEST_LINE,
    "customer_purchase_ip": LONGEST_LINE,
    "billing_address": LONGEST_LINE,
    "product_description": LONGEST_TEXT,
    "service_date": LONGEST_LINE,
    "cancellation_policy_disclosure": LONGEST_TEXT,
    "cancellation_rebuttal": LONGEST_TEXT,
    "refund_policy_disclosure": LONGEST_TEXT,
    "refund_refusal_explanation": LONGEST_TEXT,
    "duplicate_charge_id": LONGEST_LINE,
    "duplicate_charge_explanation": LONGEST_TEXT,
    "access_activity_log": LONGEST_TEXT,
    "uncategorized_text": LONGEST_TEXT,
}


def check_fields(fields: Fields) -> dict[str, str]:
    """Return the fields that say something, in Stripe's order.

    Raises:
        InvalidInput: one is unknown or too long, or all of them are.
    """
    unknown = fields.keys() - FIELDS.keys()
    if unknown:
        raise InvalidInput(f"Unknown: {', '.join(sorted(unknown))}.", attr="fields")
    plain = {name: _plain(fields[name]) for name in FIELDS if name in fields}
    kept = {name: text for name, text in plain.items() if text}
    for name, text in kept.items():
        if len(text) > FIELDS[name]:
            raise InvalidInput(f"At most {FIELDS[name]:,} characters.", attr=name)
    if sum(map(len, kept.values())) > LONGEST:
        raise InvalidInput(f"At most {LONGEST:,} characters in all.", attr="fields")
    return kept


def fit(text: str, name: str) -> str:
    """Return a text cut, at the end of a line, to what its field takes."""
    limit = FIELDS[name]
    if len(text) <= limit:
        return text
    kept = text[: limit - 4]
    return f"{kept[: kept.rfind(chr(10)) + 1] or kept}…"


def _plain(text: str) -> str:
    """Return it with the line ends that count as one character; browsers send two."""
    return text.replace("\r\n", "\n").strip()
