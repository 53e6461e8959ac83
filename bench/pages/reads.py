"""How many rows a statement reads, by PostgreSQL's own account."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection

SCANS = ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan")


def rows_read(statement: str) -> int:
    """Run a SELECT again and return how many rows it read from tables, those dropped included."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}")
        found = cursor.fetchone()[0]
    plan = json.loads(found) if isinstance(found, str) else found
    return sum(_read(node) for node in _nodes(plan[0]["Plan"]))


def counts(statement: str) -> bool:
    """Return whether a statement counts rows."""
    return statement.startswith("SELECT") and "COUNT(" in statement


def _read(node: dict[str, Any]) -> int:
    if node["Node Type"] not in SCANS:
        return 0
    dropped = node.get("Rows Removed by Filter", 0)
    return int((node["Actual Rows"] + dropped) * node["Actual Loops"])


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)
