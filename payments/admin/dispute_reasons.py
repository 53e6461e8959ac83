"""Stripe's reasons for a dispute, as people say them: https://docs.stripe.com/disputes/categories."""

REASONS = {
    "bank_cannot_process": "The bank can't process the charge",
    "check_returned": "The check was returned",
    "credit_not_processed": "A refund was promised and never came",
    "customer_initiated": "The customer asked their bank",
    "debit_not_authorized": "The debit was not authorized",
    "duplicate": "Charged twice",
    "fraudulent": "The cardholder says it was not them",
    "general": "No particular reason",
    "incorrect_account_details": "Wrong account details",
    "insufficient_funds": "Not enough money in the account",
    "noncompliant": "Against the card network's rules",
    "product_not_received": "The party did not take place",
    "product_unacceptable": "The party was not as described",
    "subscription_canceled": "Charged after canceling",
    "unrecognized": "The cardholder does not recognize the charge",
}

# What a bank looks for: https://docs.stripe.com/disputes/reason-codes-defense-requirements.
ADVICE = {
    "fraudulent": "Show that the cardholder booked it: their address, the IP address they booked "
    "from, the bank's own checks, e-mails they answered.",
    "unrecognized": "Remind them what it was: the booking, its date and place, e-mails they got.",
    "product_not_received": "Show that the party took place: date, place, who was there, photos.",
    "product_unacceptable": "Show what was agreed and what was served, and what they wrote after.",
    "duplicate": "Show what each charge was for: a deposit and a balance are two payments.",
    "credit_not_processed": "Show the policy they accepted, and each refund that was made.",
    "subscription_canceled": "Show when they canceled, and what the policy they accepted gives.",
}


def reason_in_words(reason: str) -> str:
    """Return why the cardholder disputes the charge."""
    return REASONS.get(reason, reason.replace("_", " ").capitalize())
