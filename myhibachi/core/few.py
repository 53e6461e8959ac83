"""Rows found in one table, to look for in another."""

from typing import Any

from django.db.models import QuerySet

FEW = 1000


def few_ids(rows: QuerySet[Any], field: str = "pk") -> Any:
    """Return what `__in` takes: the ids themselves, or the query where they are more than `FEW`.

    PostgreSQL goes by an index for each id of a list, also beside another condition (`OR`), and
    knows how few there are. Of a query it knows neither, and may read the whole other table.
    """
    found = rows.order_by().values_list(field, flat=True)
    ids = list(found[: FEW + 1])
    return ids if len(ids) <= FEW else found
