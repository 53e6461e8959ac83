from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import pricing
from bookings.errors import TooFarAway, TooManyProteins, UnknownItem, WrongPartySize
from bookings.pricing import Item, Party, PricedOrder
from bookings.tests.factories import default_rules

RULES = default_rules()
FLAT_TAX = default_rules(flat_tax=True)
ADD_ONS = [add_on.code for add_on in RULES.add_ons]

parties = st.builds(
    Party,
    adults=st.integers(0, 150),
    children=st.integers(0, 150),
    toddlers=st.integers(0, 150),
)
orders = st.lists(st.builds(Item, code=st.sampled_from(ADD_ONS), quantity=st.integers(1, 99)))
distances = st.none() | st.floats(0, RULES.travel_max_miles)
rule_books = st.sampled_from([RULES, FLAT_TAX])


def bill(order: PricedOrder) -> list[tuple[str, int, int, int]]:
    return [(line.code, line.quantity, line.unit_amount, line.amount) for line in order.lines]


@pytest.mark.parametrize(
    ("party", "add_ons", "miles", "lines", "total"),
    [
        pytest.param(
            Party(adults=12), [], 10, [("adult", 12, 5500, 66000)], 66000, id="adults alone"
        ),
        pytest.param(
            Party(adults=8),
            [],
            None,
            [("adult", 8, 5500, 44000), ("order_minimum", 1, 11000, 11000)],
            55000,
            id="topped up to the minimum",
        ),
        pytest.param(
            Party(adults=10, children=2, toddlers=3),
            [],
            None,
            [("adult", 10, 5500, 55000), ("child", 2, 3000, 6000), ("toddler", 3, 0, 0)],
            61000,
            id="toddlers eat free",
        ),
        pytest.param(
            Party(adults=9),
            [Item(code="lobster", quantity=4), Item(code="salmon", quantity=1)],
            None,
            [
                ("adult", 9, 5500, 49500),
                ("salmon", 1, 500, 500),
                ("lobster", 4, 1500, 6000),
            ],
            56000,
            id="add-ons count towards the minimum",
        ),
        pytest.param(
            Party(adults=10), [], 30.9, [("adult", 10, 5500, 55000)], 55000, id="30 miles free"
        ),
        pytest.param(
            Party(adults=10),
            [],
            42.7,
            [("adult", 10, 5500, 55000), ("travel", 12, 200, 2400)],
            57400,
            id="each full mile beyond",
        ),
        pytest.param(
            Party(toddlers=3, adults=0),
            [],
            None,
            [("toddler", 3, 0, 0), ("order_minimum", 1, 55000, 55000)],
            55000,
            id="only toddlers",
        ),
    ],
)
def test_a_party_costs(party, add_ons, miles, lines, total):
    order = pricing.price(RULES, party=party, add_ons=add_ons, miles=miles)

    assert (bill(order), order.total, order.deposit_due) == (lines, total, 10000)


def test_the_flat_tax_leaves_travel_out_and_rounds_half_a_cent_up():
    rules = default_rules(flat_tax=True, tax_basis_points=1, order_minimum=0)

    order = pricing.price(rules, party=Party(adults=1), miles=50)

    # 0.01 % of 55.00 is 0.55 of a cent.
    assert bill(order) == [("adult", 1, 5500, 5500), ("travel", 20, 200, 4000), ("tax", 1, 1, 1)]


def test_the_deposit_is_never_more_than_the_total():
    rules = default_rules(order_minimum=0)

    assert pricing.price(rules, party=Party(adults=1)).deposit_due == 5500


def test_a_place_too_far_away_is_refused():
    with pytest.raises(TooFarAway):
        pricing.price(RULES, party=Party(adults=10), miles=150.1)


@given(rules=rule_books, party=parties, add_ons=orders, miles=distances)
def test_no_line_is_negative_and_the_lines_make_the_total(rules, party, add_ons, miles):
    order = pricing.price(rules, party=party, add_ons=add_ons, miles=miles)

    assert all(line.amount >= 0 for line in order.lines)
    assert sum(line.to_json()["amount"] for line in order.lines) == order.total
    assert 0 <= order.deposit_due <= order.total


@given(
    rules=rule_books,
    party=parties,
    more=parties,
    add_ons=orders,
    miles=distances,
)
def test_more_guests_never_cost_less(rules, party, more, add_ons, miles):
    price = partial(pricing.price, rules, add_ons=add_ons, miles=miles)
    both = Party(
        adults=party.adults + more.adults,
        children=party.children + more.children,
        toddlers=party.toddlers + more.toddlers,
    )

    assert price(party=both).total >= price(party=party).total


@given(party=parties, add_ons=orders, random=st.randoms())
def test_the_order_of_add_ons_does_not_matter(party, add_ons, random):
    shuffled = random.sample(add_ons, len(add_ons))

    assert pricing.price(RULES, party=party, add_ons=add_ons) == pricing.price(
        RULES, party=party, add_ons=shuffled
    )


@pytest.mark.parametrize(
    ("given_numbers", "expected"),
    [
        ({"guests": 8}, Party(adults=8)),
        ({"guests": 8, "children": 2, "toddlers": 1}, Party(adults=5, children=2, toddlers=1)),
        ({"adults": 5, "children": 2}, Party(adults=5, children=2)),
        ({"guests": 7, "adults": 5, "children": 2}, Party(adults=5, children=2)),
        ({"guests": 3, "toddlers": 3}, Party(adults=0, toddlers=3)),
    ],
)
def test_guests_are_adults_unless_said_otherwise(given_numbers, expected):
    assert pricing.party(RULES, **given_numbers) == expected


@pytest.mark.parametrize(
    "given_numbers",
    [
        {},
        {"guests": 0},
        {"guests": 151},
        {"guests": 2, "children": 3},
        {"guests": 8, "adults": 5},
        {"adults": 0},
    ],
)
def test_a_party_that_does_not_add_up_is_refused(given_numbers):
    with pytest.raises(WrongPartySize):
        pricing.party(RULES, **given_numbers)


def test_proteins_are_two_for_each_paying_guest():
    party = Party(adults=1, children=1, toddlers=5)
    four = [Item(code="tofu", quantity=1), Item(code="chicken", quantity=3)]

    assert pricing.proteins(RULES, four, party=party) == tuple(reversed(four))
    with pytest.raises(TooManyProteins):
        pricing.proteins(RULES, [*four, Item(code="steak", quantity=1)], party=party)


def test_what_is_not_on_the_menu_is_named():
    with pytest.raises(UnknownItem, match=r"Not on the menu: caviar, fugu\."):
        pricing.items(RULES, [Item(code="fugu", quantity=1), Item(code="caviar", quantity=1)])


@pytest.mark.parametrize(("guests", "minutes"), [(1, 63), (10, 90), (20, 120), (150, 120)])
def test_a_party_takes_longer_with_more_guests_up_to_two_hours(guests, minutes):
    assert pricing.duration_minutes(RULES, guests=guests) == minutes
