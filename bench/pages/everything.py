"""All pages, one after the other."""

import sys
from collections.abc import Mapping

from django.test import Client

from bench.pages.found import Page, every_page
from bench.pages.visitor import owner, visit
from bench.report import Measured


def measure_all(
    *, only: str, runs: int, small: Mapping[str, Measured] | None = None
) -> dict[str, Measured]:
    """Return what each page took, by its name.

    Args:
        only: a word of the names of the pages to measure; all, if empty.
        runs: how often a slow page is asked for.
        small: what they took with a few rows.
    """
    client, found, before = owner(), dict[str, Measured](), small or {}
    most = _most_queries(before)
    for page in every_page(client):
        if only not in page.name or page.name in found:
            continue
        measured = _measure(client, page, runs=runs, small=before.get(page.name), most=most)
        if measured:
            found[page.name] = measured
            _progress(measured, len(found))
    print(file=sys.stderr)
    return found


def _measure(
    client: Client, page: Page, *, runs: int, small: Measured | None, most: Mapping[str, int]
) -> Measured | None:
    seen = visit(client, page.url, runs=runs)
    if seen is None:
        return None
    return Measured(
        name=page.name,
        url=page.url,
        ms=seen.ms,
        queries=seen.queries,
        is_broken=seen.is_broken,
        of_object=page.of_object,
        counts_all=any(map(_counts_all, seen.statements)),
        small_ms=small.ms if small else None,
        small_queries=most.get(_kind(page.name)),
    )


def _most_queries(small: Mapping[str, Measured]) -> dict[str, int]:
    """Return what each kind of page asks at most: one that finds nothing may ask less."""
    most: dict[str, int] = {}
    for name, page in small.items():
        most[_kind(name)] = max(page.queries, most.get(_kind(name), 0))
    return most


def _kind(name: str) -> str:
    """Return the name without its filter, and without the number of its object."""
    return name.split(",")[0].rstrip(" 0123456789")


def _counts_all(statement: str) -> bool:
    """Return whether a statement counts rows to their end, however many they are."""
    return "COUNT(*)" in statement and "LIMIT" not in statement


def _progress(measured: Measured, number: int) -> None:
    if sys.stderr.isatty():
        line = f"{number:5} {measured.ms:6.0f} ms  {measured.name}"
        print(f"\r{line[:100]:100}", end="", file=sys.stderr, flush=True)
