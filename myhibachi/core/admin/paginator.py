from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Counts no further than `CAP` rows, so that a list costs the same however long it is.

    Rows beyond are found by a filter or a search, as people do anyway.
    """

    CAP = 5000

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, or `CAP`."""
        rows: Any = self.object_list
        return int(rows.order_by()[: self.CAP].count())
