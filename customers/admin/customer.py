from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from customers.models import Customer
from customers.services import profiles
from myhibachi.core.admin import DateRangeFilter, ServiceForm, ServiceFormAdmin, attributes
from myhibachi.core.admin.export import ExportColumns


class CustomerForm(ServiceForm):
    """Who somebody is and how they are reached."""

    class Meta:
        model = Customer
        fields = ("name", "email", "phone")

    def call(self) -> Customer:
        """Write down a new customer, or correct one."""
        contact = {name: self.cleaned_data[name] for name in ("name", "email", "phone")}
        if self.instance._state.adding:
            return profiles.add_contact(actor=self.actor, **contact)
        return profiles.change_contact(customer_id=self.instance.pk, actor=self.actor, **contact)


class SinceFilter(DateRangeFilter):
    """Since when we know them."""

    heading = "since"


class AccountFilter(admin.SimpleListFilter):
    """Those who log in, and those whom staff wrote down."""

    title = "account"
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Has an account"), ("no", "Contact of ours")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(user__isnull=self.value() == "no")


class CustomerAdmin(ServiceFormAdmin):
    form = CustomerForm
    list_display: Any = ("name", "email", "phone", "created_at")
    # Django shows the box where this is not empty; `get_search_results` does the search.
    search_fields = ("name",)
    search_help_text = "Name, email, phone or its end, or Stripe id."
    list_filter = (AccountFilter, ("created_at", SinceFilter))
    export_columns: ClassVar[ExportColumns] = attributes(
        "id", "name", "email", "phone", "created_at", "stripe_customer_id"
    )
    ordering = ("-created_at", "-id")
    fields = ("name", "email", "phone", "user", "stripe_customer_id", "created_at", "updated_at")
    readonly_fields = ("user", "stripe_customer_id", "created_at", "updated_at")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """Find those who are somebody still: the list and every box to choose from use it."""
        found = queryset.filter(pk__in=Customer.objects.current().matching(search_term))
        if not search_term.strip():
            found = queryset.filter(merged_into=None, erased_at=None)
        return found, False

    def has_change_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        """Let nobody change who was merged or erased."""
        is_past = obj is not None and bool(obj.merged_into_id or obj.erased_at)
        return not is_past and super().has_change_permission(request, obj)

    def object_tools(self, request: HttpRequest, customer: Customer) -> list[tuple[str, str]]:
        """Return what this person can do with it on a page of its own: names and addresses."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        customer = context.get("original")
        tools = self.object_tools(request, customer) if customer else []
        return super().render_change_form(request, context | {"tools": tools}, *args, **kwargs)
