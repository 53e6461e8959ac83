from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Makes a list cost the same however long it is, and however far one turns its pages.

    It counts no further than `CAP` rows: those beyond are found by a filter or a search, as people
    do anyway. A page's keys are chosen first, so that what a row joins and sums is read for the
    rows that are shown, and not for those that are sorted or passed over.
    """

    CAP = 5000

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, or `CAP`."""
        rows: Any = self.object_list
        # The key alone: a list's other columns may be sums of other tables.
        return int(rows.order_by().values("pk")[: self.CAP].count())

    def page(self, number: int | str) -> Page[Any]:
        """Return the rows of a page, in one query.

        Raises:
            InvalidPage: there is no such page.
        """
        number = self.validate_number(number)
        rows: Any = self.object_list
        first = (number - 1) * self.per_page
        keys = rows.values("pk")[first : first + self.per_page]
        return Page(rows.filter(pk__in=keys), number, self)
