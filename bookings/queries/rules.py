"""The rules that apply now."""

import datetime as dt

from django.conf import settings

from bookings.models import RuleBook
from bookings.rules import Rules
from bookings.slots import local_date

TAX_MODES = ("off", "flat", "stripe")


def current_rules(now: dt.datetime) -> Rules:
    """Return the rules for what is booked at this moment."""
    return RuleBook.objects.in_force(local_date(now)).rules()


def tax_mode(rules: Rules) -> str:
    """Return how what is priced under these rules is taxed.

    Returns:
        `flat` where the tax is a line of the bill, `stripe` where Stripe Tax adds it when it is
        paid by Checkout or invoice, else `off`. Never both: the bill's own tax comes first.
    """
    if rules.flat_tax:
        return "flat"
    return "stripe" if settings.ENABLE_AUTOMATIC_TAX else "off"


def book_before(date: dt.date) -> RuleBook | None:
    """Return the rule book that one from `date` on takes over from; None before the first."""
    return RuleBook.objects.filter(effective_from__lt=date).order_by("-effective_from").first()
