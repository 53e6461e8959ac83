from typing import cast

from django.forms import ModelForm
from django.http import HttpRequest

from customers.models import Customer, User
from customers.services import profiles
from myhibachi.core.admin import HouseAdmin


class CustomerAdmin(HouseAdmin):
    list_display = ("name", "email", "phone", "stripe_customer_id", "created_at")
    search_fields = ("name", "email", "phone", "stripe_customer_id")
    search_help_text = "Name, email, phone or Stripe id."
    ordering = ("-created_at", "-id")
    fields = ("name", "email", "phone", "user", "stripe_customer_id", "created_at", "updated_at")
    readonly_fields = ("user", "stripe_customer_id", "created_at", "updated_at")

    def save_model(
        self, request: HttpRequest, obj: Customer, form: "ModelForm[Customer]", change: bool
    ) -> None:
        contact = {name: form.cleaned_data[name] for name in ("name", "email", "phone")}
        actor = cast(User, request.user)
        if change:
            saved = profiles.change_contact(customer_id=obj.pk, actor=actor, **contact)
        else:
            saved = profiles.add_contact(actor=actor, **contact)
        _become(obj, saved)


def _become(obj: Customer, saved: Customer) -> None:
    """Make the admin's object the one the service saved: it logs and redirects with it."""
    for field in Customer._meta.fields:
        setattr(obj, field.attname, getattr(saved, field.attname))
    obj._state.adding = False
