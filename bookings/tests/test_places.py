import pytest

from bookings.places import area, locate, miles_between


@pytest.mark.parametrize(
    ("location", "zip_code", "miles"),
    [
        ("123 Main St, San Jose, CA", "", 13),
        ("123 Main St, San Jose CA", "", 13),
        ("1 Broadway, Oakland, CA 94607", "94607", 28),
        ("1 Broadway, Oakland, CA 94607-1234, USA", "94607", 28),
        ("94607", "94607", 28),
        # A house number of five digits is no ZIP.
        ("12345 Main St, Fremont, CA", "", 4),
    ],
)
def test_a_location_is_found_by_its_zip_or_city(location, zip_code, miles):
    kitchen, place = locate("94539"), locate(location)

    assert place is not None
    assert kitchen is not None
    assert (place.zip_code, round(miles_between(kitchen, place))) == (zip_code, miles)


@pytest.mark.parametrize("location", ["", "at my mother's", "1 Main St, Nowhere, ZZ", "99999"])
def test_a_location_nobody_knows_is_not_found(location):
    assert locate(location) is None


@pytest.mark.parametrize(
    ("location", "zip_code", "said"),
    [
        ("9 Oak Ave, San Jose, CA 95112", "95112", "San Jose, CA 95112"),
        ("9 Oak Ave, San Jose, CA", "", "San Jose, CA"),
        ("9 Oak Ave", "95112", "San Jose, CA 95112"),
        ("at my mother's", "", ""),
    ],
)
def test_the_area_says_roughly_where(location, zip_code, said):
    assert area(location, zip_code=zip_code) == said
