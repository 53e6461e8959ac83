"""`make screenshots`: the pictures in docs/screenshots, taken of the stack that `make run` runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from devstack import config as configuration
from devstack import tools
from devstack.config import ROOT
from devstack.panel import PASSWORD
from devstack.programs import answers
from devstack.walk import Walk

FOLDER = ROOT / "docs" / "screenshots"
OWNER = "owner@myhibachi.test"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"]


@dataclass(frozen=True, kw_only=True)
class View:
    """A browser's window."""

    width: int
    height: int
    dark: bool = False

    @property
    def suffix(self) -> str:
        size = "" if self.width >= 1000 else "-phone"
        return size + ("-dark" if self.dark else "")


DESKTOP = View(width=1280, height=800)
DESKTOP_DARK = View(width=1280, height=800, dark=True)
PHONE = View(width=390, height=780)
PHONE_DARK = View(width=390, height=780, dark=True)


class Camera:
    """Takes a picture of an address in each of some windows."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._cookies: list[dict[str, str]] = []

    def log_in(self, site: str) -> None:
        """Log in to the admin, for the pictures that follow."""
        with self.open(DESKTOP) as page:
            page.goto(f"{site}/admin/login/?next=/admin/")
            page.fill("#id_username", OWNER)
            page.fill("#id_password", PASSWORD)
            page.click("[type=submit]")
            page.wait_for_url(f"{site}/admin/")
            self._cookies = list(page.context.cookies())  # type: ignore[arg-type]  # the same keys

    def shoot(self, name: str, address: str, *views: View, until: str = "h1") -> None:
        """Write `<name><suffix>.png` for each view, once the page shows `until`."""
        for view in views:
            with self.open(view) as page:
                page.goto(address)
                self.keep(page, name, view, until=until)

    @staticmethod
    def keep(page: Page, name: str, view: View, *, until: str = "h1") -> None:
        """Write a picture of an open page."""
        page.wait_for_selector(until)
        page.screenshot(path=FOLDER / f"{name}{view.suffix}.png")
        print(f"  {name}{view.suffix}.png")

    @contextmanager
    def open(self, view: View) -> Iterator[Page]:
        """A page to click through, in a browser that has no other."""
        context = self._browser.new_context(
            viewport={"width": view.width, "height": view.height},
            color_scheme="dark" if view.dark else "light",
            reduced_motion="reduce",
        )
        context.add_cookies(self._cookies)  # type: ignore[arg-type]  # as `cookies()` gave them
        try:
            yield context.new_page()
        finally:
            context.close()


def take_all(camera: Camera, walk: Walk) -> None:
    """Walk the main road: book, pay, look at it in the admin, refund, see the figures."""
    site = walk.site
    with camera.open(PHONE) as page:
        page.goto(walk.checkout_url)
        camera.keep(page, "checkout", PHONE, until="button.pay")
        walk.pay(page)
    camera.shoot("paid", walk.success_url, PHONE, PHONE_DARK, until=".good")
    camera.log_in(site)
    payment = f"{site}/admin/payments/payment/{walk.payment_id}"
    camera.shoot("admin", f"{site}/admin/", DESKTOP)
    camera.shoot("bookings", f"{site}/admin/bookings/booking/", DESKTOP)
    booking = f"{site}/admin/bookings/booking/{walk.booking_id}"
    camera.shoot("booking", f"{booking}/change/", DESKTOP, PHONE)
    camera.shoot("cancel", f"{booking}/cancel/", DESKTOP)
    with camera.open(DESKTOP) as page:
        page.goto(f"{site}/admin/bookings/quote/?status=sent")
        page.click("#result_list tbody th a")
        quote = page.get_attribute("[data-copy]", "href") or ""
    camera.shoot("quote", quote, PHONE, PHONE_DARK)
    camera.shoot("payments", f"{site}/admin/payments/payment/", DESKTOP, PHONE)
    with camera.open(DESKTOP) as page:
        page.goto(f"{payment}/refund/")
        page.fill("#id_amount", "50.00")
        page.click("text=Continue…")
        camera.keep(page, "refund", DESKTOP, until=".question")
        page.click("[name=confirmed]")
        camera.keep(page, "payment", DESKTOP, until=".success")
    camera.shoot("payment", f"{payment}/change/", DESKTOP_DARK, PHONE)
    analytics = f"{site}/admin/analytics/"
    camera.shoot("analytics", analytics, DESKTOP, DESKTOP_DARK, PHONE, until="#revenue-chart")
    camera.shoot("accounting", f"{site}/admin/accounting/", DESKTOP)
    camera.shoot("webhooks", f"{site}/admin/payments/webhookevent/", DESKTOP)


def main() -> int:
    """Take every picture; 1 with one line where that is not possible."""
    config = configuration.read()
    if not config.sandbox or not answers(f"{config.url}/readyz"):
        print(f"Nothing answers at {config.url}; start `make run` first, with the sandbox.")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    walk = Walk.begin(site=config.url)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.browser(), args=FLAGS)
        take_all(Camera(browser), walk)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
