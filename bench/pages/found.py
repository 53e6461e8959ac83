"""Which pages there are: asked of the admin itself, so that a new list is measured, too."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.views.main import ChangeList
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from django.utils import timezone

from bench.pages.samples import objects_of, sample_of, searches

# They end the session, change something, or answer with no page.
LEFT_OUT = frozenset(("logout", "login", "jsi18n", "autocomplete", "history", "delete"))
IN_LISTS = frozenset(("changelist",))


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page, and what kind of request it is."""

    name: str
    url: str
    of_object: bool = False


def every_page(client: Client) -> Iterator[Page]:
    """Yield the pages that belong to no table, then those of each table."""
    yield from plain_pages()
    for model_admin in admin.site._registry.values():
        yield from list_pages(client, model_admin)
        yield from object_pages(model_admin)
        yield from boxes(model_admin)


def plain_pages() -> Iterator[Page]:
    """Yield what takes no argument."""
    for pattern in _patterns(get_resolver().url_patterns):
        name = pattern.name or ""
        for namespace in ("admin:", ""):
            url = _reversed(namespace + name) if _is_wanted(name, but_for=IN_LISTS) else None
            if url and url.startswith("/admin/"):
                yield Page(name=name, url=url)
                yield from _ways_to_look(name, url)
                break


def _ways_to_look(name: str, url: str) -> Iterator[Page]:
    """Yield what the widest periods of a page are, where it has any."""
    today = timezone.localdate()
    year = {"start": today - dt.timedelta(364), "end": today, "granularity": "month"}
    ways: dict[str, list[dict[str, object]]] = {
        "analytics": [year, year | {"basis": "cash"}],
        "bookings_booking_calendar": [{"view": view} for view in ("month", "week", "day")],
        "find": [{"q": term} for term in searches().values()],
    }
    for way in ways.get(name, []):
        query = urlencode(way)
        yield Page(name=f"{name}, {query}", url=f"{url}?{query}")


def list_pages(client: Client, model_admin: Any) -> Iterator[Page]:
    """Yield a change list: its pages, orders, filters and searches."""
    opts = model_admin.opts
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    response: Any = client.get(url)
    if response.status_code != 200:
        return
    found: ChangeList = response.context_data["cl"]
    queries = {"": "", **_pages(found), **_orders(found), **_filters(found), **_searches(found)}
    for what, query in queries.items():
        yield Page(name=f"{opts.label_lower} list{what}", url=url + query)


def object_pages(model_admin: Any) -> Iterator[Page]:
    """Yield the page of some objects, and the pages below it."""
    ends = [
        pattern
        for pattern in model_admin.get_urls()
        if len(pattern.pattern.converters) == 1 and _is_wanted(pattern.name or "")
    ]
    for number, pk in enumerate(objects_of(model_admin), 1):
        for pattern in ends:
            [argument] = pattern.pattern.converters
            if url := _reversed(f"admin:{pattern.name}", **{argument: pk}):
                yield Page(name=f"{pattern.name} {number}", url=url, of_object=True)


def boxes(model_admin: Any) -> Iterator[Page]:
    """Yield the boxes that look up a row while one types."""
    opts = model_admin.opts
    for field in model_admin.autocomplete_fields:
        for what, term in searches().items():
            asked = {
                "app_label": opts.app_label,
                "model_name": opts.model_name,
                "field_name": field,
                "term": term,
            }
            url = f"{reverse('admin:autocomplete')}?{urlencode(asked)}"
            yield Page(name=f"{opts.label_lower} box {field}, by {what}", url=url)


def _pages(found: ChangeList) -> dict[str, str]:
    last = found.paginator.num_pages
    return {", page 2": "?p=2", ", page in the middle": f"?p={last // 2}", ", last": f"?p={last}"}


def _orders(found: ChangeList) -> dict[str, str]:
    columns = [
        str(header["url_primary"]).rsplit("o=", 1)[-1].split(".")[0].lstrip("-")
        for header in result_headers(found)
        if header.get("sortable")
    ]
    return {
        f", order {turn}{column}": f"?o={turn}{column}" for column in columns for turn in ("", "-")
    }


def _filters(found: ChangeList) -> dict[str, str]:
    queries = [
        str(query)
        for spec in found.filter_specs
        for query in (
            *(choice.get("query_string") for choice in spec.choices(found)),
            *sample_of(spec),
        )
        if query and query != "?"
    ]
    return {f", filter {query}": query for query in queries}


def _links(spec: Any, found: ChangeList) -> Iterator[Any]:
    return (choice.get("query_string") for choice in spec.choices(found))


def _searches(found: ChangeList) -> dict[str, str]:
    terms = searches().items() if found.search_fields else ()
    return {f", search by {what}": f"?{urlencode({'q': term})}" for what, term in terms}


def _reversed(name: str, **arguments: Any) -> str | None:
    try:
        return reverse(name, kwargs=arguments)
    except NoReverseMatch:
        return None


def _is_wanted(name: str, *, but_for: frozenset[str] = frozenset()) -> bool:
    is_file = "_export_" in name
    return bool(name) and not is_file and name.rsplit("_", 1)[-1] not in LEFT_OUT | but_for


def _patterns(patterns: Any) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _patterns(pattern.url_patterns)
