"""Shows what Stripe sent, without what identifies a person or lets anybody act."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customers import roles
from payments import personal

MASK = "•••"
# Whoever holds one of these may pay, or see another's page.
SECRET = frozenset(("client_secret", "secret"))


def pretty(payload: Any, request: HttpRequest) -> SafeString:
    """Return a payload to read; personal data only for the role admin, secrets for nobody."""
    hidden = SECRET if roles.has_role(request.user, roles.ADMIN) else SECRET | personal.KEYS
    text = json.dumps(mask(payload, hidden=hidden), indent=2, ensure_ascii=False)
    return format_html(
        '<pre class="payload" tabindex="0" role="region" aria-label="Payload">{}</pre>', text
    )


def mask(value: Any, *, hidden: frozenset[str]) -> Any:
    """Return JSON with the values of the `hidden` keys masked, at any depth."""
    if isinstance(value, list):
        return [mask(item, hidden=hidden) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("object") in personal.THINGS:
        hidden &= SECRET
    return {
        key: MASK if item and _hides(key, item, hidden) else mask(item, hidden=hidden)
        for key, item in value.items()
    }


def _hides(key: str, item: Any, hidden: frozenset[str]) -> bool:
    if key in hidden:
        return True
    if key == "url":
        return isinstance(item, str) and item.startswith("http")
    return hidden >= personal.KEYS and personal.is_personal(key, item)
