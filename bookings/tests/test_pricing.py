import pytest

from bookings import pricing
from bookings.errors import (
    DiscountTooLarge,
    TooFarAway,
    TooManyProteins,
    UnknownItem,
    WrongPartySize,
)
from bookings.pricing import RESCHEDULE_FEE, Item, Line, Party, PricedOrder, untaxed
from bookings.queries.rules import tax_mode
from bookings.tests.factories import default_rules

RULES = default_rules()


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


def test_a_discount_lowers_the_tax_and_a_fee_has_none():
    rules = default_rules(flat_tax=True, tax_basis_points=1000)
    discount = Line(code="discount", label="For regulars", quantity=1, unit_amount=-5000)
    fee = Line(code=RESCHEDULE_FEE, label="Change of date", quantity=1, unit_amount=20000)

    order = pricing.price(rules, party=Party(adults=12), miles=40, extra_lines=[discount, fee])

    assert bill(order) == [
        ("adult", 12, 5500, 66000),
        ("discount", 1, -5000, -5000),
        ("reschedule_fee", 1, 20000, 20000),
        ("travel", 10, 200, 2000),
        ("tax", 1, 6100, 6100),
    ]


def test_a_discount_of_more_than_the_food_brings_no_tax_back():
    rules = default_rules(flat_tax=True)
    discount = Line(code="discount", label="On the house", quantity=1, unit_amount=-60000)
    fee = Line(code=RESCHEDULE_FEE, label="Change of date", quantity=1, unit_amount=20000)

    order = pricing.price(rules, party=Party(adults=10), extra_lines=[discount, fee])

    assert (bill(order)[-1], order.total) == (("tax", 1, 0, 0), 15000)


def test_a_discount_takes_all_of_the_bill_and_not_a_cent_more():
    def total(cents):
        line = Line(code="discount", label="On the house", quantity=1, unit_amount=-cents)
        return pricing.price(RULES, party=Party(adults=10), extra_lines=[line]).total

    assert total(55000) == 0
    with pytest.raises(DiscountTooLarge):
        total(55001)


def test_the_deposit_is_never_more_than_the_total():
    rules = default_rules(order_minimum=0)

    assert pricing.price(rules, party=Party(adults=1)).deposit_due == 5500


def test_a_place_too_far_away_is_refused():
    with pytest.raises(TooFarAway):
        pricing.price(RULES, party=Party(adults=10), miles=150.1)


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


def test_travel_and_fees_are_the_untaxed_part_of_a_bill():
    food = Line(code="adult", label="Adult", quantity=2, unit_amount=5500)
    travel = Line(code="travel", label="Travel", quantity=10, unit_amount=200)
    fee = Line(code=RESCHEDULE_FEE, label="Fee", quantity=1, unit_amount=20000)
    discount = Line(code="discount", label="Discount", quantity=1, unit_amount=-12000)
    assert untaxed((food, travel, fee)) == 22000
    assert untaxed((food, travel, discount)) == 1000
    assert untaxed(()) == 0


@pytest.mark.parametrize(
    ("flat", "automatic", "mode"),
    [
        (False, False, "off"),
        (True, False, "flat"),
        (False, True, "stripe"),
        (True, True, "flat"),
    ],
)
def test_a_bill_is_taxed_in_one_way(settings, flat, automatic, mode):
    settings.ENABLE_AUTOMATIC_TAX = automatic
    assert tax_mode(default_rules(flat_tax=flat)) == mode
