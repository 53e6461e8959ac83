from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Makes a list cost the same however long it is, and however far one turns its pages.

    It counts no further than `CAP` rows: those beyond are found by a filter or a search, as people
    do anyway. A page's keys are chosen first, so that what a row joins and sums is read for the
    rows that are shown, and not for those that are sorted or passed over.

    Attributes:
        every_row: the list before it was searched and filtered. Whose keys are known is not
            searched for once more.
    """

    CAP = 5000
    every_row: QuerySet[Any] | None = None

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
        return Page(self._as_listed(rows).filter(pk__in=keys), number, self)

    def _as_listed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return every row, in the same order and with the same joins."""
        if self.every_row is None:
            return rows
        found = self.every_row.order_by(*rows.query.order_by)
        found.query.select_related = rows.query.select_related
        return found
