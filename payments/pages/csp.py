"""Pages with a button that leads to Stripe's page, Checkout's or an invoice's."""

from collections.abc import Callable
from typing import Any, TypeVar

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings

from myhibachi.env import STRIPE_API

View = TypeVar("View", bound=Callable[..., Any])

# Browsers hold a form to `form-action` through every redirect that follows it.
CHECKOUT = (
    ["https://checkout.stripe.com", "https://invoice.stripe.com"]
    if settings.STRIPE.api_base == STRIPE_API
    else [settings.STRIPE.api_base]
)


def allow_checkout(view: View) -> View:
    """Let the forms of this view's page lead to Stripe's."""
    decorated: Any = csp_replace({"form-action": [SELF, *CHECKOUT]})
    allowed: View = decorated(view)
    return allowed
