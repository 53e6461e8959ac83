"""Takes the pictures: one browser window for each view."""

from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from devstack.config import ROOT
from devstack.panel import PASSWORD
from devstack.pictures.scenes import Scene
from devstack.pictures.views import View

FOLDER = ROOT / "docs" / "screenshots"
OWNER = "owner@myhibachi.test"


def picture(name: str, view: View) -> Path:
    """Return where a picture is kept."""
    return FOLDER / f"{name}{view.suffix}.png"


def window(browser: Browser, view: View) -> BrowserContext:
    """Open a window that nobody has used."""
    return browser.new_context(
        viewport={"width": view.width, "height": view.height},
        color_scheme="dark" if view.dark else "light",
        reduced_motion="reduce",
    )


def log_in(page: Page, site: str) -> None:
    """Log in to the admin, as its owner."""
    page.goto(f"{site}/admin/login/?next=/admin/")
    page.fill("#id_username", OWNER)
    page.fill("#id_password", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(f"{site}/admin/")


def shoot(page: Page, view: View, scenes: Iterable[Scene], places: dict[str, str]) -> None:
    """Go to each scene and write its picture.

    Args:
        places: what stands for `{…}` in the scenes' paths; `site` goes before them.
    """
    for scene in scenes:
        path = scene.path.format(**places)
        page.goto(path if path.startswith("http") else places["site"] + path)
        if scene.row:
            page.click("#result_list tbody tr:first-child th a")
        for where, text in scene.fill.items():
            page.fill(where, text)
        for what in scene.click:
            page.click(what)
        page.wait_for_selector(scene.until)
        keep(page, scene.name, view)


def keep(page: Page, name: str, view: View) -> None:
    """Write a picture of an open page."""
    page.screenshot(path=picture(name, view))
    print(f"  {picture(name, view).name}", flush=True)
