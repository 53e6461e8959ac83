"""Pages with a button that leads to Stripe's Checkout."""

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings

from myhibachi.env import STRIPE_API

# Browsers hold a form to `form-action` through every redirect that follows it.
_CHECKOUT = (
    "https://checkout.stripe.com"
    if settings.STRIPE.api_base == STRIPE_API
    else settings.STRIPE.api_base
)

allow_checkout = csp_replace({"form-action": [SELF, _CHECKOUT]})
