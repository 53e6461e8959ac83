"""The copy of Stripe's objects, to look at. dj-stripe's own pages are all taken off.

Those call Stripe, and let staff without any permission do so (docs/decisions say more).
"""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from djstripe import models as djstripe

from myhibachi.core.money import CURRENCY, format_cents
from payments.admin.base import StripeAdmin
from payments.admin.masking import pretty
from payments.admin.stripe_dashboard import stripe_link
from payments.admin.times import when_column
from payments.models import MirrorWatermark

MODELS: tuple[type[Any], ...] = (
    djstripe.Charge,
    djstripe.Customer,
    djstripe.Dispute,
    djstripe.Event,
    djstripe.Invoice,
    djstripe.PaymentIntent,
    djstripe.Price,
    djstripe.Product,
    djstripe.Refund,
    djstripe.Session,
)
WORDS = ("type", "status")
AMOUNTS = ("amount", "unit_amount", "amount_total", "total")
STRIPE = stripe_link("id", label="at Stripe")


@admin.display(description="what it is")
def summary(obj: Any) -> str:
    """Return the words of the payload that tell one object from another, no one's data."""
    data = obj.stripe_data
    words = [str(data[key]).replace("_", " ") for key in WORDS if data.get(key)]
    amounts = [
        format_cents(data[key], data.get("currency") or CURRENCY)
        for key in AMOUNTS
        if data.get(key) is not None
    ]
    return " · ".join(words + amounts) or "–"


class MirrorAdmin(StripeAdmin):
    """One table of the copy. Found by id alone: nothing else in these tables has an index."""

    list_display = ("id", when_column("created", label="created"), summary)
    search_fields = ("id__exact",)
    search_help_text = "The whole id, as Stripe writes it."
    # By primary key: newest copies first, without sorting the table.
    ordering = ("-djstripe_id",)
    sortable_by = ()
    list_select_related = False
    sections = (
        (None, (STRIPE, "created", "livemode", "copied_up_to")),
        ("What Stripe sent", ("payload_to_read",)),
    )

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = super().get_object(request, *args, **kwargs)
        if found:
            found.shown = pretty(found.stripe_data, request)
        return found

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).only("id", "created", "livemode", "stripe_data")

    @admin.display(description="copied up to")
    def copied_up_to(self, obj: Any) -> datetime | None:
        """When Stripe made the event that was copied last."""
        mark = MirrorWatermark.objects.filter(object_id=obj.id).first()
        return mark.as_of if mark else None

    @admin.display(description="payload")
    def payload_to_read(self, obj: Any) -> SafeString:
        shown: SafeString = obj.shown
        return shown


def take_over(site: admin.AdminSite) -> None:
    """Replace dj-stripe's admin by ours."""
    app = apps.get_app_config("djstripe")
    app.verbose_name = "Stripe's objects (copy)"
    for model in app.get_models():
        if site.is_registered(model):
            site.unregister(model)
    site.register(MODELS, MirrorAdmin)


take_over(admin.site)
