"""Whose request it is."""

from ipaddress import ip_address

from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle


def client_ip(request: HttpRequest) -> str | None:
    """Return the address a request came from, past our own proxies; None where that is none.

    What a client writes into `X-Forwarded-For` itself is not believed: `NUM_PROXIES` says how many
    of its entries our own proxies wrote.
    """
    found = BaseThrottle().get_ident(request)  # type: ignore[arg-type]  # reads META alone
    try:
        address = ip_address((found or "").strip())
    except ValueError:
        return None
    # One with a zone is of no use to anybody else, and PostgreSQL keeps none.
    return None if getattr(address, "scope_id", None) else str(address)


def user_agent(request: HttpRequest) -> str:
    """Return what a browser or a program calls itself, as far as a row keeps it."""
    return request.headers.get("User-Agent", "").replace("\0", "")[:300]
