"""axe-core in a page of the tests: what keeps people from reading or using it."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from devstack import tools

# Levels A and AA of WCAG 2.2, which holds those of 2.0 and 2.1; axe's own "best practices" not.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SERIOUS = ("serious", "critical")
# Without `preload`, which copies each style sheet into the page: a strict policy complains of that.
# A color that is still on its way from one theme to the other is nobody's choice.
RUN = """async ([tags, exclude]) => {
    await Promise.allSettled(document.getAnimations().map(moving => moving.finished));
    const options = {runOnly: {type: "tag", values: tags}, preload: false};
    return (await axe.run({exclude}, options)).violations;
}"""
DEFINED = "typeof axe !== 'undefined'"


def serious_findings(page: Page, *, but_for: tuple[str, ...] = ()) -> list[str]:
    """Return what axe finds serious or critical in an open page, a line for each element.

    Args:
        but_for: selectors of what is not looked at, because it was on another page.
    """
    # By evaluation: a strict policy refuses a script that is added to the page.
    if not page.evaluate(DEFINED):
        page.evaluate(_source())
    return [
        f"{found['impact']} {found['id']}: {_selector(node)} – {_summary(node)}"
        for found in page.evaluate(RUN, [TAGS, list(but_for)])
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


def _selector(node: dict[str, Any]) -> str:
    return " ".join(str(part) for part in node["target"])


def _summary(node: dict[str, Any]) -> str:
    """Return axe's own words on one line."""
    return " ".join(node["failureSummary"].split())


@cache
def _source() -> str:
    return tools.axe().read_text()
