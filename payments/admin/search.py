"""One search box for everything about money: what somebody has in hand, pasted as it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from customers.models import Customer
from myhibachi.core.ids import REFERENCE_ALPHABET, as_uuid
from myhibachi.core.money import dollars_to_cents

REFERENCE = re.compile(rf"H-[{REFERENCE_ALPHABET}]+", re.IGNORECASE)
UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
STRIPE_ID = re.compile(r"[a-z]{2,7}_\w+")
# Seven digits and more are a phone number.
AMOUNT = re.compile(r"\$?(\d{1,3}(,\d{3})+|\d{1,6})(\.\d{1,2})?")


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where a table keeps what people search for; paths as in `filter`."""

    booking: str
    customer: str
    uuids: tuple[str, ...] = ("pk",)
    # By the prefix that tells Stripe's objects apart, so that one index answers.
    stripe_ids: Mapping[str, str] = field(default_factory=dict)
    amount: str = "amount"

    def matching(self, term: str) -> Q:
        """Return the condition for what was typed, each kind by its own index."""
        term = term.strip()
        if REFERENCE.fullmatch(term):
            return Q(**{f"{self.booking}__reference": term.upper()})
        if UUID.fullmatch(term):
            return _any_of((*self.uuids, self.booking), as_uuid(term))
        if STRIPE_ID.fullmatch(term):
            return self._stripe_id(term)
        if AMOUNT.fullmatch(term):
            cents = dollars_to_cents(Decimal(term.strip("$").replace(",", "")))
            return Q(**{self.amount: cents})
        return Q(**{f"{self.customer}__in": _customers(term)})

    def _stripe_id(self, stripe_id: str) -> Q:
        prefix = stripe_id.split("_", 1)[0]
        customer = {"cus": f"{self.customer}__stripe_customer_id"}
        path = (customer | dict(self.stripe_ids)).get(prefix)
        return Q(**{path: stripe_id}) if path else Q(pk__in=[])


def _any_of(paths: tuple[str, ...], value: object) -> Q:
    return reduce(or_, (Q(**{path: value}) for path in paths))


def _customers(term: str) -> QuerySet[Customer]:
    known = Customer.objects.order_by()
    if "@" in term:
        found = known.filter(email=term.lower())
    elif sum(letter.isdigit() for letter in term) >= 7:
        found = known.filter(phone__regex=_spelled_anyhow(term))
    else:
        found = known.filter(name__icontains=term)
    return found


def _spelled_anyhow(phone: str) -> str:
    """Return a pattern for the same digits, whatever stands between them."""
    return r"\D*".join(letter for letter in phone if letter.isdigit()) + "$"
