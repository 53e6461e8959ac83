"""Every e-mail on a phone and in a wide window, light and dark: readable, and no wider than it."""

import pytest

from bookings.models import Email
from bookings.tests.emails.test_content import every, write
from devstack.testing.axe import serious_findings

WINDOWS = (("light", 800), ("dark", 800), ("light", 360), ("dark", 360))
WIDTH = "document.documentElement.scrollWidth"
WITHOUT_ALT = "document.querySelectorAll('img:not([alt])').length"


def test_every_kind_is_looked_at():
    assert {kind for kind, _ in every()} == set(Email.Kind)


@pytest.mark.parametrize("kind", sorted(Email.Kind))
def test_every_email_can_be_read_by_everybody(page, complaints, kind: str):
    found = []
    for written in (write(each, about) for each, about in every() if each == kind):
        page.set_content(written.html)
        for theme, width in WINDOWS:
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": 700})
            wide = page.evaluate(WIDTH)
            found += [f"{theme}: {wide} px wide"] if wide != width else []
            found += [f"{theme}: {line}" for line in serious_findings(page)]
        assert page.evaluate("document.documentElement.lang") == "en"
        assert page.evaluate(WITHOUT_ALT) == 0
    assert (found, complaints) == ([], [])
