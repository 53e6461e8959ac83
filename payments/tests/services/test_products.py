"""Stripe's catalogue from the rule book, and the mirror of it, against the sandbox over HTTP."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from djstripe.models import Price, Product

from bookings.models import RuleBook
from bookings.tests.factories import default_rules
from payments.services.products import catalogue, setup_stripe_products, sync_products
from payments.tests import stripe_world as stripe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OBJECTS = 2 * len(catalogue(default_rules()))


def set_up(**options) -> Counter[str]:
    return Counter(line.outcome for line in setup_stripe_products(now=NOW, **options))


def sync(**options) -> Counter[str]:
    return Counter(line.outcome for line in sync_products(**options))


def prices_at_stripe() -> dict[str, int]:
    found = stripe.call("GET", "prices", limit=100)["data"]
    return {price["lookup_key"]: price["unit_amount"] for price in found}


def new_rules(*, days_ago: int = 0, **changes) -> None:
    RuleBook.objects.create(effective_from=NOW.date() - timedelta(days=days_ago), **changes)


def test_everything_the_rule_book_prices_is_in_the_catalogue():
    assert set_up() == {"created": OBJECTS}

    assert prices_at_stripe() == {
        "myhibachi_menu_adult": 5500,
        "myhibachi_menu_child": 3000,
        "myhibachi_menu_toddler": 0,
        "myhibachi_addon_salmon": 500,
        "myhibachi_addon_scallops": 500,
        "myhibachi_addon_filet_mignon": 500,
        "myhibachi_addon_noodles": 500,
        "myhibachi_addon_rice": 500,
        "myhibachi_addon_vegetables": 500,
        "myhibachi_addon_edamame": 500,
        "myhibachi_addon_gyoza": 1000,
        "myhibachi_addon_extra_protein": 1000,
        "myhibachi_addon_lobster": 1500,
        "myhibachi_deposit": 10000,
        "myhibachi_travel_mile": 200,
    }


def test_a_second_run_changes_nothing():
    set_up()
    before = len(stripe.events())

    assert set_up() == {"unchanged": OBJECTS}
    assert len(stripe.events()) == before


def test_a_dry_run_says_the_same_and_changes_nothing():
    assert set_up(dry_run=True) == {"created": OBJECTS}
    assert (prices_at_stripe(), stripe.events(), Product.objects.count()) == ({}, [], 0)


def test_another_amount_is_a_new_price_that_takes_over_the_key():
    set_up()
    new_rules(adult_price=6000)

    assert set_up(dry_run=True) == {"updated": 1, "unchanged": OBJECTS - 1}
    assert prices_at_stripe()["myhibachi_menu_adult"] == 5500
    assert set_up() == {"updated": 1, "unchanged": OBJECTS - 1}
    assert prices_at_stripe()["myhibachi_menu_adult"] == 6000
    old = [p for p in stripe.call("GET", "prices", limit=100)["data"] if p["lookup_key"] is None]
    assert [(price["unit_amount"], price["active"]) for price in old] == [(5500, True)]


def test_an_amount_that_goes_up_and_down_again_ends_where_it_began():
    set_up()
    new_rules(days_ago=1, adult_price=6000)
    set_up()
    new_rules(adult_price=5500)
    set_up()

    assert prices_at_stripe()["myhibachi_menu_adult"] == 5500


def test_another_label_renames_the_product():
    set_up()
    rules = default_rules()
    new_rules(
        add_ons=[
            {"code": a.code, "label": f"Fine {a.label}", "price": a.price} for a in rules.add_ons
        ]
    )

    assert set_up() == {"updated": len(rules.add_ons), "unchanged": OBJECTS - len(rules.add_ons)}
    names = {product["name"] for product in stripe.call("GET", "products", limit=100)["data"]}
    assert "Fine Lobster" in names


def test_what_left_the_rule_book_stays_on_sale_in_stripe_and_is_named():
    set_up()
    new_rules(add_ons=[])

    left = [str(line.what) for line in setup_stripe_products(now=NOW) if line.outcome == "left"]

    assert "product addon_lobster: not in the rule book any more" in left
    assert all(product["active"] for product in stripe.call("GET", "products", limit=100)["data"])


def test_the_mirror_copies_what_others_made_and_counts_what_changed():
    set_up()
    foreign = stripe.call("POST", "products", name="Gift card")
    stripe.call("POST", "prices", product=foreign["id"], currency="usd", unit_amount=2500)

    assert sync(dry_run=True) == {"created": 2, "unchanged": OBJECTS}
    assert sync() == {"created": 2, "unchanged": OBJECTS}
    stripe.call("POST", f"products/{foreign['id']}", name="Gift voucher")
    assert sync() == {"updated": 1, "unchanged": OBJECTS + 1}
    assert sync() == {"unchanged": OBJECTS + 2}
    assert Product.objects.get(id=foreign["id"]).name == "Gift voucher"
    assert Price.objects.get(product=foreign["id"]).stripe_data["unit_amount"] == 2500


def test_more_than_a_page_is_copied():
    for number in range(101):
        stripe.call("POST", "products", name=f"Product {number}")

    assert sync() == {"created": 101}
