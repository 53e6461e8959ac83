"""Our endpoint at Stripe: which address it calls, about what, in which API version."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from payments import gateway
from payments.webhooks.handlers import HANDLED

Json = dict[str, Any]

EVENTS = sorted(HANDLED)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What was found, and done.

    Attributes:
        outcome: `created`, `updated` or `unchanged`.
        missing: event types that Stripe did not send before.
        secret: the signing secret; Stripe tells it once, when an endpoint is made.
    """

    outcome: str
    endpoint_id: str = ""
    missing: tuple[str, ...] = ()
    wrong_version: str = ""
    secret: str = ""


def webhook_url() -> str:
    """Return where Stripe reaches us."""
    return f"{settings.SITE_URL}/api/stripe/webhook"


def find_endpoint(url: str) -> Json | None:
    """Return Stripe's endpoint for this address, None if there is none.

    Raises:
        GatewayUnavailable: Stripe can't be reached.
    """
    return next((found for found in gateway.list_webhook_endpoints() if found["url"] == url), None)


def register(*, url: str, dry_run: bool = False) -> Registration:
    """Make the endpoint at Stripe, or bring its event types up to date. Safe to repeat.

    Stripe fixes an endpoint's API version when it is made, so a wrong one is only reported.

    Raises:
        GatewayRejected, GatewayUnavailable: as the gateway says.
    """
    found = find_endpoint(url)
    if found is None:
        if dry_run:
            return Registration(outcome="created", missing=tuple(EVENTS))
        params = {"url": url, "enabled_events": EVENTS, "api_version": settings.STRIPE_API_VERSION}
        made = gateway.create_webhook_endpoint(params=params)
        return Registration(
            outcome="created",
            endpoint_id=made["id"],
            missing=tuple(EVENTS),
            secret=made["secret"],
        )
    missing = missing_events(found)
    if (missing or found["status"] != "enabled") and not dry_run:
        wanted = sorted({*EVENTS, *found["enabled_events"]})
        gateway.update_webhook_endpoint(
            found["id"], params={"enabled_events": wanted, "disabled": False}
        )
    return Registration(
        outcome="updated" if missing or found["status"] != "enabled" else "unchanged",
        endpoint_id=found["id"],
        missing=missing,
        wrong_version=wrong_version(found),
    )


def missing_events(endpoint: Json) -> tuple[str, ...]:
    """Return the types we handle that the endpoint is not told of."""
    enabled = endpoint["enabled_events"]
    return () if "*" in enabled else tuple(sorted(HANDLED - set(enabled)))


def wrong_version(endpoint: Json) -> str:
    """Return the endpoint's API version if it is not ours, else an empty text."""
    version = endpoint["api_version"] or "the account's default"
    return "" if version == settings.STRIPE_API_VERSION else version
