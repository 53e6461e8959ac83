from decimal import Decimal

import pytest

from myhibachi.core.money import dollars_to_cents, format_cents, typed_cents


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "$0.00"),
        (5, "$0.05"),
        (10000, "$100.00"),
        (123456789, "$1,234,567.89"),
        (-123456, "-$1,234.56"),
    ],
)
def test_cents_read_as_dollars(cents, text):
    assert format_cents(cents) == text


@pytest.mark.parametrize(("dollars", "cents"), [("50", 5000), ("50.00", 5000), ("0.01", 1)])
def test_dollars_are_exact_cents(dollars, cents):
    assert dollars_to_cents(Decimal(dollars)) == cents


def test_a_fraction_of_a_cent_is_refused():
    with pytest.raises(ValueError, match="fraction of a cent"):
        dollars_to_cents(Decimal("1.005"))


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("100", 10000),
        ("$1,234.50", 123450),
        (" 12.5 ", 1250),
        ("-3.00", -300),
        ("1,234,567", 123456700),
        ("1234567", None),
        ("12.345", None),
        ("1,23", None),
        ("ten", None),
        ("", None),
    ],
)
def test_an_amount_is_read_as_people_type_it(text, cents):
    assert typed_cents(text) == cents
