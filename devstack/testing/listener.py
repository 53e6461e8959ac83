"""What a browser complains about: scripts refused, files missing, and whom it asks for them."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, Request

ABORTED = "net::ERR_ABORTED"
# Stripe's local stand-in has a port of its own.
OURS = ("localhost", "127.0.0.1")
CARRIED = ("data", "blob", "about")


def listen(page: Page) -> list[str]:
    """Return a list that fills with what goes wrong in a page, from now on.

    Errors in the console and in scripts, requests that failed, and requests to other machines.
    """
    found: list[str] = []

    def on_request(request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme not in CARRIED and where.hostname not in OURS:
            found.append(f"asked for {request.url}")

    def on_failure(request: Request) -> None:
        # An icon still on its way when the page is left is no complaint.
        if request.failure != ABORTED:
            found.append(f"{request.failure}: {request.url}")

    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", on_request)
    page.on("requestfailed", on_failure)
    return found
