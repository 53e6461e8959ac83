"""The rule book's prices as Stripe Products and Prices, and dj-stripe's copy of all there are.

The catalogue is for people who look at Stripe: what a booking is charged comes from its own bill.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bookings.queries.rules import current_rules
from bookings.rules import Rules
from myhibachi.core.money import CURRENCY, format_cents
from payments import gateway, mirror

Json = dict[str, Any]

# The metadata that tells our Products from others in the account.
CODE = "myhibachi_code"
PREFIX = "myhibachi_"


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LEFT = "left"


@dataclass(frozen=True, kw_only=True)
class Line:
    """What was done to one object, or would be in a dry run."""

    outcome: Outcome
    what: str


@dataclass(frozen=True, kw_only=True)
class Article:
    """Something sold. `price` is cents; `unit` is what one of it is."""

    code: str
    name: str
    price: int
    unit: str

    @property
    def lookup_key(self) -> str:
        return PREFIX + self.code

    @property
    def product(self) -> Json:
        return {"name": self.name, "unit_label": self.unit}


def catalogue(rules: Rules) -> list[Article]:
    """Return everything the rule book has a price for, in its order."""
    heads = (
        ("adult", "Hibachi menu, adult", rules.adult_price),
        ("child", "Hibachi menu, child", rules.child_price),
        ("toddler", "Hibachi menu, toddler", rules.toddler_price),
    )
    return [
        *(Article(code=f"menu_{c}", name=n, price=p, unit="guest") for c, n, p in heads),
        *(
            Article(code=f"addon_{item.code}", name=item.label, price=item.price, unit="portion")
            for item in rules.add_ons
        ),
        Article(code="deposit", name="Booking deposit", price=rules.deposit, unit="booking"),
        Article(code="travel_mile", name="Travel", price=rules.travel_price_per_mile, unit="mile"),
    ]


def setup_stripe_products(*, now: datetime, dry_run: bool = False) -> Iterator[Line]:
    """Make Stripe's catalogue match the rule book in force, a line for each object.

    Run again it changes nothing. An amount can't change in Stripe, so another amount is a new
    Price that takes over the lookup key; the old one stays as it is. Nothing is ever archived.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says; run it again.
    """
    products = {code: p for p in gateway.list_products() if (code := p["metadata"].get(CODE))}
    prices = {key: price for price in gateway.list_prices() if (key := price["lookup_key"])}
    articles = catalogue(current_rules(now))
    for article in articles:
        product, line = _set_up_product(article, products.get(article.code), dry_run=dry_run)
        yield line
        yield _set_up_price(article, product, prices.get(article.lookup_key), dry_run=dry_run)
    for code in sorted(products.keys() - {article.code for article in articles}):
        yield Line(outcome=Outcome.LEFT, what=f"product {code}: not in the rule book any more")


def sync_products(*, dry_run: bool = False) -> Iterator[Line]:
    """Copy every Product and Price of the account into dj-stripe's tables, a line for each.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says; run it again.
    """
    for product in gateway.list_products():
        yield _sync(product, product["name"], dry_run=dry_run)
    for price in gateway.list_prices():
        yield _sync(price, price["lookup_key"] or "", dry_run=dry_run)


def _set_up_product(
    article: Article, known: Json | None, *, dry_run: bool
) -> tuple[Json | None, Line]:
    what = f"product {article.code}: {article.name}"
    if known and all(known[name] == value for name, value in article.product.items()):
        return known, Line(outcome=Outcome.UNCHANGED, what=what)
    outcome = Outcome.UPDATED if known else Outcome.CREATED
    if dry_run:
        return known, Line(outcome=outcome, what=what)
    product = (
        gateway.update_product(known["id"], params=article.product)
        if known
        else _create_product(article)
    )
    mirror.store(product)
    return product, Line(outcome=outcome, what=what)


def _create_product(article: Article) -> Json:
    params = article.product | {"metadata": {CODE: article.code}}
    return gateway.create_product(params=params, key=f"product-{article.code}-{_digest(params)}")


def _set_up_price(
    article: Article, product: Json | None, known: Json | None, *, dry_run: bool
) -> Line:
    what = f"price {article.lookup_key}: {format_cents(article.price)} a {article.unit}"
    wanted = {"unit_amount": article.price, "currency": CURRENCY}
    is_ours = bool(known and product and known["product"] == product["id"])
    if known and is_ours and all(known[name] == value for name, value in wanted.items()):
        return Line(outcome=Outcome.UNCHANGED, what=what)
    if known:
        what += f"; {known['id']} keeps {format_cents(known['unit_amount'] or 0)}"
    if product and not dry_run:
        mirror.store(_create_price(article, product, wanted, instead_of=known))
    return Line(outcome=Outcome.UPDATED if known else Outcome.CREATED, what=what)


def _create_price(
    article: Article, product: Json, wanted: Json, *, instead_of: Json | None
) -> Json:
    params = wanted | {
        "product": product["id"],
        "lookup_key": article.lookup_key,
        "transfer_lookup_key": True,
    }
    # A price that goes up and down again within a day is three calls, each with its own key.
    predecessor = instead_of["id"] if instead_of else "none"
    return gateway.create_price(
        params=params, key=f"price-{article.code}-{_digest(params)}-after-{predecessor}"
    )


def _sync(payload: Json, name: str, *, dry_run: bool) -> Line:
    stored = mirror.stored(payload)
    what = f"{payload['object']} {payload['id']} {name}".rstrip()
    if stored == payload:
        return Line(outcome=Outcome.UNCHANGED, what=what)
    if not dry_run:
        mirror.store(payload)
    return Line(outcome=Outcome.CREATED if stored is None else Outcome.UPDATED, what=what)


def _digest(params: Json) -> str:
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()[:16]
