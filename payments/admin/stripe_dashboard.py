"""Where to see an object on Stripe's side."""

from django.conf import settings
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from myhibachi.core.admin.columns import Column
from myhibachi.env import STRIPE_API

# The dashboard finds every other kind by its search.
PLACES = {
    "pi": "payments",
    "ch": "payments",
    "re": "refunds",
    "pyr": "refunds",
    "dp": "disputes",
    "du": "disputes",
    "in": "invoices",
    "po": "payouts",
    "cus": "customers",
    "evt": "events",
    "prod": "products",
    "price": "prices",
}


def dashboard_url(stripe_id: str) -> str:
    """Return the address of an object in Stripe's dashboard, or in that of the local Stripe."""
    if settings.STRIPE.api_base != STRIPE_API:
        return f"{settings.STRIPE.api_base}/dashboard/object/{stripe_id}"
    root = "https://dashboard.stripe.com" + ("" if settings.STRIPE.livemode else "/test")
    place = PLACES.get(stripe_id.split("_", 1)[0])
    return f"{root}/{place}/{stripe_id}" if place else f"{root}/search?query={stripe_id}"


def stripe_column(*fields: str) -> Column:
    """Return a narrow column for lists: the way to the first of some ids that a row has."""

    @admin.display(description="Stripe")
    def column(obj: object) -> SafeString:
        stripe_id = next(filter(None, (getattr(obj, field) for field in fields)), None)
        if stripe_id is None:
            return mark_safe("–")  # no input
        return format_html(
            '<a class="at-stripe" href="{}" title="{}" rel="noreferrer">Stripe'
            ' <span aria-hidden="true">↗</span></a>',
            dashboard_url(stripe_id),
            stripe_id,
        )

    return column


def stripe_link(field: str, *, label: str) -> Column:
    """Return a column with a Stripe id that leads to the object in Stripe's dashboard."""

    @admin.display(description=label)
    def column(obj: object) -> SafeString | str:
        stripe_id = getattr(obj, field)
        if not stripe_id:
            return "–"
        return format_html(
            '<a class="stripe-id" href="{}" rel="noreferrer">{}</a>',
            dashboard_url(stripe_id),
            stripe_id,
        )

    column.__name__ = f"{field}_link"
    return column  # type: ignore[return-value]  # plain text is as safe
