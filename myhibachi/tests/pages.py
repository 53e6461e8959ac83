"""Every address of the product that a browser may open, found in its URL patterns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from myhibachi.tests.one_of_each import Everything


@dataclass(frozen=True, kw_only=True)
class Address:
    """A pattern: its name for `reverse`, its route, its parameters."""

    name: str
    route: str
    parameters: dict[str, Any]

    @property
    def area(self) -> str:
        """Where it belongs: `site`, an app's name, or what customers see."""
        first, _, rest = self.route.partition("/")
        if first != "admin":
            return first or "home"
        app, *more = rest.split("/")
        return app if len(more) > 1 and app in APPS else "site"

    def fill(self, house: Everything) -> str | None:
        """Return the address with arguments in it; None where nobody knows any."""
        arguments = house.arguments(self.name.removeprefix("admin:"), self.parameters)
        if arguments is None:
            return None
        return reverse(self.name, kwargs=arguments) + QUERIES.get(self.name, "")


# What an address is nothing without.
QUERIES = {"analytics-rows": "?of=net&start=2026-01-01&end=2030-12-31"}
APPS = ("bookings", "customers", "core", "djstripe", "payments")


def addresses() -> list[Address]:
    """Return every address with a name."""
    return list(_below(get_resolver(), "", ""))


def _below(resolver: Any, route: str, space: str) -> Iterator[Address]:
    for found in resolver.url_patterns:
        here = route + str(found.pattern)
        if isinstance(found, URLResolver):
            below = f"{found.namespace}:" if found.namespace else ""
            yield from _below(found, here, space + below)
        elif isinstance(found, URLPattern) and found.name:
            parameters = dict(found.pattern.converters) or dict.fromkeys(
                found.pattern.regex.groupindex
            )
            yield Address(name=space + found.name, route=here, parameters=parameters)
