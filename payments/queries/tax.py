"""What of a payment is tax that Stripe Tax put on top, and what counts towards the bill. Cents.

A payment that succeeded took `Payment.amount` + `Payment.tax`. Whatever is left of that is made up
of both in the same proportion, so a refund takes its share of the tax back with it.
"""

from payments.models import Payment


def towards_bill(left: int, *, amount: int, tax: int) -> int:
    """Return what counts towards the bill of what is left of a payment; half a cent from zero.

    Args:
        left: signed cents of it that we have, tax included.
        amount, tax: the payment's.
    """
    whole = amount + tax
    if not tax:
        return left
    cents = (2 * abs(left) * amount + whole) // (2 * whole)
    return cents if left >= 0 else -cents


def with_tax(kept: int, payment: Payment) -> int:
    """Return the cents that stay with us where so much of a payment's `amount` is kept.

    Half a cent of tax is the customer's. `towards_bill` of the answer is `kept` again.
    """
    return kept + (2 * kept * payment.tax + payment.amount - 1) // (2 * payment.amount)
