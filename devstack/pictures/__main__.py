import sys

from playwright.sync_api import Browser, sync_playwright

from devstack import config as configuration
from devstack import tools
from devstack.pictures import camera, gallery
from devstack.pictures.scenes import ADMIN, CUSTOMER
from devstack.pictures.views import DESKTOP, VIEWS
from devstack.programs import answers
from devstack.walk import Walk

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"]


def main() -> int:
    """Take every picture, and write the gallery; 1 with one line where that is not possible."""
    config = configuration.read()
    if not config.sandbox or not answers(f"{config.url}/readyz"):
        print(f"Nothing answers at {config.url}; start `make run` first, with the sandbox.")
        return 1
    camera.FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.browser(), args=FLAGS)
        take_all(browser, Walk.begin(site=config.url))
        browser.close()
    gallery.PAGE.write_text(gallery.text())
    return 0


def take_all(browser: Browser, walk: Walk) -> None:
    """Walk the main road: book, look at Stripe's page, pay; then every page in every window."""
    pay(browser, walk)
    places = walk.places | find(browser, walk)
    for view in VIEWS:
        with camera.window(browser, view) as context:
            page = context.new_page()
            camera.shoot(page, view, CUSTOMER, places)
            camera.log_in(page, walk.site)
            camera.shoot(page, view, ADMIN, places)


def pay(browser: Browser, walk: Walk) -> None:
    """Photograph Stripe's page in every window, and pay in the last."""
    for view in VIEWS:
        with camera.window(browser, view) as context:
            page = context.new_page()
            page.goto(walk.checkout_url)
            page.wait_for_selector("button.pay")
            camera.keep(page, "checkout", view)
            if view == VIEWS[-1]:
                walk.pay(page)


def find(browser: Browser, walk: Walk) -> dict[str, str]:
    """Return the signed addresses that only the admin tells: of a quote, and of the booking."""
    with camera.window(browser, DESKTOP) as context:
        page = context.new_page()
        camera.log_in(page, walk.site)
        page.goto(f"{walk.site}/admin/bookings/quote/?status=sent")
        page.click("#result_list tbody tr:first-child th a")
        quote = page.get_attribute("[data-copy]", "href")
        page.goto(f"{walk.site}/admin/bookings/booking/{walk.booking_id}/send-link/")
        party = page.get_attribute("[data-copy]", "href")
    return {"quote": quote or "", "party": party or ""}


if __name__ == "__main__":
    sys.exit(main())
