"""One search box for everything about money: what somebody has in hand, pasted as it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import Q

from bookings.models import Booking
from bookings.queries.search import bookings_found_by
from myhibachi.core.few import few_ids
from myhibachi.core.ids import as_uuid
from myhibachi.core.money import typed_cents
from payments.queries.stripe_ids import STRIPE_ID, bookings_of

UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Search:
    """Where a table keeps what people search for; paths as in `filter`.

    What it does not keep itself leads to bookings, and from them to its rows.
    """

    booking: str
    uuids: tuple[str, ...] = ("pk",)
    # By the prefix that tells Stripe's objects apart, so that one index answers.
    stripe_ids: Mapping[str, str] = field(default_factory=dict)
    amount: str = "amount"

    def matching(self, term: str) -> Q:
        """Return the condition for what was typed, each kind by its own index."""
        term = term.strip()
        if UUID.fullmatch(term):
            return _any_of((*self.uuids, self.booking), as_uuid(term))
        if STRIPE_ID.fullmatch(term):
            return self._stripe_id(term)
        cents = typed_cents(term)
        if cents is not None:
            return Q(**{self.amount: cents})
        found = Booking.objects.filter(bookings_found_by(term))
        return Q(**{f"{self.booking}__in": few_ids(found)})

    def _stripe_id(self, stripe_id: str) -> Q:
        path = self.stripe_ids.get(stripe_id.split("_", 1)[0])
        if path:
            return Q(**{path: stripe_id})
        return Q(**{f"{self.booking}__in": few_ids(bookings_of(stripe_id))})


def _any_of(paths: tuple[str, ...], value: object) -> Q:
    return reduce(or_, (Q(**{path: value}) for path in paths))
