"""Stripe's test cards and what each of them does (https://docs.stripe.com/testing)."""

from typing import NamedTuple


class Decline(NamedTuple):
    """Why an issuer says no; ``reason`` is the decline code where it differs from ``code``."""

    code: str
    reason: str | None
    message: str


class Card(NamedTuple):
    """One test card.

    ``secure`` says when 3-D Secure is demanded: ``always``, or ``unless_saved`` (not for a card
    that was set up for later use). ``declines_after_attach`` saves well and then declines.
    ``refunds``: ``pending`` or ``fail``. ``dispute``: the reason of the dispute that follows.
    """

    number: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    decline: Decline | None = None
    declines_after_attach: bool = False
    secure: str | None = None
    refunds: str | None = None
    dispute: str | None = None
    inquiry: bool = False
    fraud_warning: bool = False
    bypasses_pending: bool = False


def _declined(reason: str) -> Decline:
    return Decline("card_declined", reason, "Your card was declined.")


NO_FUNDS = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
BAD_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
BAD_NUMBER = Decline("incorrect_number", None, "Your card number is incorrect.")
PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
)
NOT_A_TEST_CARD = Decline(
    "card_declined",
    "live_mode_test_card",
    "Your card was declined. Your request was in test mode, but used a non test (live) card. For "
    "a list of valid test cards, visit: https://stripe.com/docs/testing.",
)
MUST_AUTHENTICATE = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)

# By the name in ``pm_card_<name>`` and ``tok_<name>``.
BY_NAME: dict[str, Card] = {
    "visa": Card("4242424242424242"),
    "us": Card("4242424242424242"),
    "visa_debit": Card("4000056655665556", funding="debit"),
    "mastercard": Card("5555555555554444", "mastercard"),
    "mastercard_debit": Card("5200828282828210", "mastercard", "debit"),
    "mastercard_prepaid": Card("5105105105105100", "mastercard", "prepaid"),
    "amex": Card("378282246310005", "amex"),
    "discover": Card("6011111111111117", "discover"),
    "diners": Card("3056930009020004", "diners"),
    "jcb": Card("3566002020360505", "jcb"),
    "unionpay": Card("6200000000000005", "unionpay"),
    "chargeDeclined": Card("4000000000000002", decline=_declined("generic_decline")),
    "chargeDeclinedInsufficientFunds": Card("4000000000009995", decline=NO_FUNDS),
    "chargeDeclinedLostCard": Card("4000000000009987", decline=_declined("lost_card")),
    "chargeDeclinedStolenCard": Card("4000000000009979", decline=_declined("stolen_card")),
    "chargeDeclinedExpiredCard": Card("4000000000000069", decline=EXPIRED),
    "chargeDeclinedIncorrectCvc": Card("4000000000000127", decline=BAD_CVC),
    "chargeDeclinedProcessingError": Card("4000000000000119", decline=PROCESSING),
    "chargeDeclinedVelocityLimitExceeded": Card(
        "4000000000006975", decline=_declined("card_velocity_exceeded")
    ),
    "radarBlock": Card("4100000000000019", decline=_declined("fraudulent")),
    "chargeCustomerFail": Card(
        "4000000000000341", decline=_declined("generic_decline"), declines_after_attach=True
    ),
    "authenticationRequired": Card("4000002760003184", secure="always"),
    "threeDSecure2Required": Card("4000000000003220", secure="always"),
    "authenticationRequiredOnSetup": Card("4000002500003155", secure="unless_saved"),
    "authenticationRequiredSetupForOffSession": Card("4000003800000446", secure="unless_saved"),
    "authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "4000008260003178", secure="always", decline=NO_FUNDS
    ),
    "threeDSecureRequiredChargeDeclined": Card(
        "4000008400001629", secure="always", decline=_declined("generic_decline")
    ),
    "threeDSecureOptional": Card("4000000000003055"),
    "threeDSecureNotSupported": Card("378282246310005", "amex"),
    "pendingRefund": Card("4000000000007726", refunds="pending"),
    "refundFail": Card("4000000000005126", refunds="fail"),
    "createDispute": Card("4000000000000259", dispute="fraudulent"),
    "createDisputeProductNotReceived": Card("4000000000002685", dispute="product_not_received"),
    "createDisputeInquiry": Card("4000000000001976", dispute="general", inquiry=True),
    "createIssuerFraudRecord": Card("4000000000005423", fraud_warning=True),
    "bypassPending": Card("4000000000000077", bypasses_pending=True),
    "bypassPendingInternational": Card("4000003720000278", country="IE", bypasses_pending=True),
}
BY_NUMBER: dict[str, Card] = {card.number: card for card in BY_NAME.values()}
BY_NUMBER["36227206271667"] = Card("36227206271667", "diners")
BY_NUMBER["2223003122003222"] = Card("2223003122003222", "mastercard")


def by_token(token: str) -> Card | None:
    """The card of ``pm_card_…`` or ``tok_…``; their ``visa_charge…`` aliases too."""
    for prefix in ("pm_card_", "tok_"):
        if token.startswith(prefix):
            name = token.removeprefix(prefix)
            return BY_NAME.get(name) or BY_NAME.get(name.removeprefix("visa_"))
    return None


def by_number(number: str) -> Card:
    """The test card of a typed number; any other number is declined as no test card."""
    digits = "".join(c for c in number if c.isdigit())
    wrong = NOT_A_TEST_CARD if _luhn(digits) else BAD_NUMBER
    return BY_NUMBER.get(digits) or Card(digits, _brand(digits), decline=wrong)


def valid_number(number: str) -> bool:
    """Whether the digits can be a card number at all."""
    digits = "".join(c for c in number if c.isdigit())
    return 12 <= len(digits) <= 19 and _luhn(digits)


def _luhn(digits: str) -> bool:
    return bool(digits) and _luhn_sum(digits) % 10 == 0


def _luhn_sum(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total


def _brand(digits: str) -> str:
    starts = {"34": "amex", "37": "amex", "4": "visa", "5": "mastercard", "2": "mastercard"}
    return next((brand for start, brand in starts.items() if digits.startswith(start)), "unknown")
