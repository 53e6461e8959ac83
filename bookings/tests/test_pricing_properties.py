"""What is true of every bill, whatever the rule book says and whoever comes."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bookings import pricing
from bookings.errors import DiscountTooLarge
from bookings.pricing import RESCHEDULE_FEE, Item, Line, Party, PricedOrder
from bookings.tests.factories import default_rules

HOUSE = default_rules()
ADD_ONS = [add_on.code for add_on in HOUSE.add_ons]
cents = st.integers(0, 100_000)

rule_books = st.builds(
    replace,
    st.just(HOUSE),
    adult_price=cents,
    child_price=cents,
    toddler_price=cents,
    order_minimum=cents,
    deposit=cents,
    travel_free_miles=st.integers(0, 150),
    travel_price_per_mile=st.integers(0, 1000),
    flat_tax=st.booleans(),
    tax_basis_points=st.integers(0, 10_000),
)
counts = st.integers(0, 150)
parties = st.builds(Party, adults=counts, children=counts, toddlers=counts)
orders = st.lists(
    st.builds(Item, code=st.sampled_from(ADD_ONS), quantity=st.integers(1, 99)), max_size=6
)
distances = st.none() | st.floats(0, HOUSE.travel_max_miles)


def lines(amounts: st.SearchStrategy[int]) -> st.SearchStrategy[list[Line]]:
    """Return what staff may add to a bill: discounts, dishes of the day, a fee."""
    codes = st.sampled_from(["discount", "extra", RESCHEDULE_FEE])
    quantities = st.integers(1, 5)
    line = st.builds(Line, code=codes, label=codes, quantity=quantities, unit_amount=amounts)
    return st.lists(line, max_size=4)


added = lines(st.integers(0, 100_000))
adjusted = lines(st.integers(-100_000, 100_000))
bills = st.fixed_dictionaries(
    {"party": parties, "add_ons": orders, "miles": distances, "extra_lines": adjusted}
)


def bill(rules: Any, asked: dict[str, Any], **changes: Any) -> PricedOrder | None:
    """Return the bill; None where the discount is larger than it."""
    try:
        return pricing.price(rules, **asked | changes)
    except DiscountTooLarge:
        return None


def sum_of(extra_lines: list[Line]) -> int:
    return sum(line.amount for line in extra_lines)


@given(rules=rule_books, asked=bills)
def test_a_bill_adds_up_and_is_never_less_than_nothing(rules, asked):
    order = bill(rules, asked)
    if order is None:
        return

    stored = [line.to_json() for line in order.lines]
    assert [line["amount"] for line in stored] == [
        line["quantity"] * line["unit_amount"] for line in stored
    ]
    assert sum(line["amount"] for line in stored) == order.total
    assert 0 <= order.deposit_due <= order.total
    assert tuple(Line.from_json(line) for line in stored) == order.lines


@given(rules=rule_books, asked=bills)
def test_nothing_but_a_discount_takes_money_off(rules, asked):
    order = bill(rules, asked, extra_lines=[])

    assert order is not None
    assert all(line.amount >= 0 for line in order.lines)
    assert order.total >= rules.order_minimum


@given(rules=rule_books, asked=bills)
def test_a_discount_is_refused_only_where_it_is_more_than_the_rest_of_the_bill(rules, asked):
    untaxed = replace(rules, flat_tax=False)
    without = bill(untaxed, asked, extra_lines=[])
    assert without is not None
    rest = without.total + sum_of(asked["extra_lines"])

    order = bill(untaxed, asked)

    assert (order and order.total) == (rest if rest >= 0 else None)
    # A tax never makes a bill less.
    assert rest < 0 or bill(rules, asked) is not None


@given(rules=rule_books, asked=bills, more=parties)
def test_more_guests_never_cost_less(rules, asked, more):
    party = asked["party"]
    together = Party(
        adults=party.adults + more.adults,
        children=party.children + more.children,
        toddlers=party.toddlers + more.toddlers,
    )

    few, many = bill(rules, asked), bill(rules, asked, party=together)

    assert few is None or (many is not None and many.total >= few.total)


@given(rules=rule_books, asked=bills, more=orders)
def test_more_add_ons_never_cost_less(rules, asked, more):
    few, many = bill(rules, asked), bill(rules, asked, add_ons=asked["add_ons"] + more)

    assert few is None or (many is not None and many.total >= few.total)


@given(rules=rule_books, asked=bills, further=st.floats(0, HOUSE.travel_max_miles))
def test_driving_further_never_costs_less(rules, asked, further):
    near, far = sorted([asked["miles"] or 0, further])

    few, many = bill(rules, asked, miles=near), bill(rules, asked, miles=far)

    assert few is None or (many is not None and many.total >= few.total)


@given(rules=rule_books, asked=bills, random=st.randoms(use_true_random=False))
def test_the_order_of_add_ons_does_not_matter(rules, asked, random):
    one_by_one = [
        Item(code=item.code, quantity=1)
        for item in asked["add_ons"][:3]
        for _ in range(item.quantity)
    ]
    shuffled = one_by_one + asked["add_ons"][3:]
    random.shuffle(shuffled)

    assert bill(rules, asked) == bill(rules, asked, add_ons=shuffled)


@given(rules=rule_books, asked=bills)
def test_tax_is_the_rate_on_food_within_half_a_cent(rules, asked):
    untaxed = bill(replace(rules, flat_tax=False), asked)
    taxed = bill(replace(rules, flat_tax=True), asked)
    if untaxed is None or taxed is None:
        return

    no_food = {RESCHEDULE_FEE, "travel"}
    taxable = max(sum(line.amount for line in untaxed.lines if line.code not in no_food), 0)
    exact = taxable * rules.tax_basis_points  # ten-thousandths of a cent
    assert -5000 < (taxed.total - untaxed.total) * 10_000 - exact <= 5000


@given(rules=rule_books, party=parties, extra_lines=added)
def test_what_is_added_is_on_the_bill_as_it_was_given(rules, party, extra_lines):
    order = pricing.price(rules, party=party, extra_lines=extra_lines)

    plain = pricing.price(rules, party=party)
    own = {line.code for line in plain.lines}
    assert [line for line in order.lines if line.code not in own] == extra_lines
    assert order.total >= plain.total + sum_of(extra_lines)
