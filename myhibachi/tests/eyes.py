"""What is wrong with a page in the browser, for eyes and for a screen reader."""

from itertools import cycle
from typing import Literal

from playwright.sync_api import Page

from devstack.testing.axe import serious_findings

# A theme, a width and a height.
View = tuple[Literal["light", "dark"], int, int]
LIGHT_DESKTOP: View = ("light", 1280, 800)
DARK_PHONE: View = ("dark", 360, 780)
LIGHT_PHONE: View = ("light", 360, 780)
DARK_DESKTOP: View = ("dark", 1280, 800)

WIDTH = "document.documentElement.scrollWidth"
# The same on each page of the admin: the first page shows it in each theme.
FRAME = ("#header", ".menu", "#footer")
# An error of one field is heard with that field, which has to name it.
UNHEARD = """[...document.querySelectorAll(".errorlist:not(.nonfield)")]
    .filter(error => !document.querySelector(`[aria-describedby~="${error.id}"]`))
    .map(error => `no field names its error ${error.outerHTML}`)"""
BUTTONS = '["hidden", "submit", "button"]'
# Those with something to fill in.
FORMS = f"""[...document.querySelectorAll("main form[method=post]")].filter(form =>
    [...form.elements].some(field => field.name && !{BUTTONS}.includes(field.type)))"""
SEND = f"""([which, text]) => {{
    const form = {FORMS}[which];
    for (const field of form.elements) {{
        if (["checkbox", "radio"].includes(field.type)) field.checked = false;
        else if (!{BUTTONS}.includes(field.type)) field.value = text;
    }}
    form.noValidate = true;
    form.requestSubmit(form.querySelector("[type=submit], button:not([type])"));
}}"""


class Eyes:
    """Somebody who looks at pages in two views, and then sends nonsense in each of their forms."""

    def __init__(
        self, page: Page, site: str, complaints: list[str], views: tuple[View, View]
    ) -> None:
        self.page = page
        self.site = site
        self.complaints = complaints
        self.views = views
        self._frames_seen: set[View] = set()
        # Addresses, and which of the forms there.
        self._forms: list[tuple[str, int]] = []

    def look(self, address: str, *, once: str = "") -> list[str]:
        """Return what is wrong with a page, a line for each finding.

        Args:
            once: a text to wait for, where a script writes the page.
        """
        found: list[str] = []
        for view in self.views:
            self._open(address, view)
            if once:
                self.page.get_by_text(once).first.wait_for()
            found += self.judge(address, view)
        self._forms += ((address, which) for which in range(self.page.evaluate(FORMS + ".length")))
        return found

    def look_at_errors(self, *, typing: str = "") -> list[str]:
        """Return what is wrong with what the forms of those pages answer to this in every field.

        Each in one view, by turns: errors look the same everywhere. After all pages, because some
        form may take emptiness for an answer.
        """
        found: list[str] = []
        for (address, which), view in zip(self._forms, cycle(self.views), strict=False):
            self._open(address, view)
            with self.page.expect_navigation():
                self.page.evaluate(SEND, [which, typing])
            found += self.judge(f"{address}, sent with “{typing}”", view)
        self._forms.clear()
        return found

    def _open(self, address: str, view: View) -> None:
        theme, width, height = view
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.goto(self.site + address)
        assert self.page.url == self.site + address, "It leads elsewhere."

    def judge(self, what: str, view: View) -> list[str]:
        """Return what is wrong with the page that is open, of which `what` tells where it is."""
        theme, width, _ = view
        wide = self.page.evaluate(WIDTH)
        said = [f"{wide} px wide"] if wide != width else []
        said += serious_findings(self.page, but_for=FRAME if view in self._frames_seen else ())
        said += self.page.evaluate(UNHEARD) + self.complaints
        self._frames_seen.add(view)
        self.complaints.clear()
        return [f"{what} ({theme}, {width} px): {each}" for each in said]
