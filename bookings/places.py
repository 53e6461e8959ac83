"""Where a location is, offline: from its ZIP, else from "City, ST", in the bundled list of ZIPs."""

import re
from dataclasses import dataclass
from statistics import median
from typing import Any

import zipcodes

ZIPS: Any = zipcodes  # it ships no types

_COUNTRY = r"(?:,?\s*(?:USA?|United States))?\s*$"
# At the end, or behind a state: "12345 Main St" is no ZIP.
ZIP = re.compile(r"(?:\b[A-Z]{2}[\s,]+(\d{5})\b|(?:^|[\s,])(\d{5})(?:-\d{4})?" + _COUNTRY + ")")
CITY_STATE = re.compile(r"(?:^|,)\s*([A-Za-z .'-]+?),?\s+([A-Z]{2})\b\.?" + _COUNTRY)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A point on the map; `zip_code` is empty where only the city is known."""

    zip_code: str
    latitude: float
    longitude: float


def locate(location: str) -> Place | None:
    """Return where a location is, or None for staff to look at."""
    zip_match = ZIP.search(location)
    if zip_match:
        return _by_zip(zip_match[1] or zip_match[2])
    city_match = CITY_STATE.search(location)
    return _by_city(city_match[1], city_match[2]) if city_match else None


def miles_between(one: Place, other: Place) -> float:
    """Return the great-circle distance in miles."""
    miles: float = ZIPS.haversine(one.longitude, one.latitude, other.longitude, other.latitude)
    return miles


def _by_zip(zip_code: str) -> Place | None:
    found = ZIPS.matching(zip_code)
    return _middle(found, zip_code=zip_code) if found else None


def _by_city(city: str, state: str) -> Place | None:
    name = city.strip().title()
    found = ZIPS.filter_by(city=name, state=state, active=True)
    return _middle(found, zip_code="") if found else None


def _middle(found: list[dict[str, str]], *, zip_code: str) -> Place:
    return Place(
        zip_code=zip_code,
        latitude=median(float(row["lat"]) for row in found),
        longitude=median(float(row["long"]) for row in found),
    )


def area(location: str, *, zip_code: str) -> str:
    """Return where roughly a location is, such as "San Jose, CA 95112"; empty if nobody knows."""
    found = ZIPS.matching(zip_code) if zip_code else []
    if found:
        return f"{found[0]['city']}, {found[0]['state']} {zip_code}"
    city_match = CITY_STATE.search(location)
    return f"{city_match[1].strip()}, {city_match[2]}" if city_match else ""
