import pytest
from django.core.exceptions import ValidationError

from bookings.admin.items import ItemsField
from bookings.pricing import Item


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", ()),
        ("2 lobster", (Item(code="lobster", quantity=2),)),
        (
            " 2 x Filet Mignon \r\n\r\n3× rice",
            (Item(code="filet_mignon", quantity=2), Item(code="rice", quantity=3)),
        ),
    ],
)
def test_items_are_typed_one_a_line(text, items):
    assert ItemsField().clean(text) == items


@pytest.mark.parametrize("text", ["lobster", "two lobster", "-1 lobster", "2", "2lobster"])
def test_a_line_that_is_no_item_is_refused(text):
    with pytest.raises(ValidationError):
        ItemsField().clean(text)
