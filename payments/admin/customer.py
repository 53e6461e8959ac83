"""What a customer is worth, did and paid, on the customer's own admin page.

customers knows nothing of bookings and payments, so this app takes its page over.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customers.admin import CustomerAdmin
from customers.models import Customer
from myhibachi.core.admin import attributes, dollars_of, money, number, state_label
from myhibachi.core.admin.export import ExportColumns
from myhibachi.core.money import CURRENCY
from payments.admin import customer_tables as tables
from payments.admin import erase_page, export_page, merge_page
from payments.admin.links import NOTHING, link_to
from payments.admin.stripe_dashboard import stripe_column, stripe_link
from payments.admin.times import when_column
from payments.queries.customer_money import customer_money

STRIPE = stripe_link("stripe_customer_id", label="Stripe customer")
SECTIONS: tuple[tuple[str | None, tuple[Any, ...]], ...] = (
    (None, ("name", "email", "phone")),
    ("Worth", (tables.worth, "account", STRIPE)),
    ("Bookings", (tables.bookings, tables.quotes, tables.waitlist)),
    ("Payments", (tables.payments,)),
    ("More", (tables.emails, tables.duplicates, tables.merged)),
    ("History", (("created_at", "updated_at"),)),
)
SHOWN = (
    tables.worth, "account", STRIPE, tables.bookings, tables.quotes, tables.waitlist,
    tables.payments, tables.emails, tables.duplicates, tables.merged, "created_at", "updated_at",
)  # fmt: skip
PAGES = (
    ("merge", "Merge…", merge_page),
    ("export", "Export data…", export_page),
    ("erase", "Erase data…", erase_page),
)


class CustomerWithMoneyAdmin(CustomerAdmin):
    """A customer's page with their bookings, payments, lifetime value and tier."""

    list_display = (
        "name", "email", "phone", "lifetime_value", "tier", "bookings",
        when_column("created_at", label="since"), stripe_column("stripe_customer_id"),
    )  # fmt: skip
    list_select_related = False
    sortable_by = ("name", "email")
    export_columns: ClassVar[ExportColumns] = {
        **CustomerAdmin.export_columns,
        "lifetime_value": dollars_of("money.lifetime_value"),
        "currency": lambda customer: CURRENCY,
        **attributes("money.tier", "money.bookings"),
    }

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Add what the page's customers are worth: three queries, however many they are."""
        found = super().get_changelist_instance(request)
        _add_money(found.result_list)
        return found

    def prepare_export(self, rows: list[Any]) -> None:
        """Add what they are worth, as the list does."""
        _add_money(rows)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Customer | None:
        found: Customer | None = super().get_object(request, *args, **kwargs)
        if found:
            _add_money([found])
            # Whose account it is everybody reads; its page is for admins.
            found.links_account = request.user.has_perm("customers.view_user")  # type: ignore[attr-defined]
        return found

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user", "merged_into")

    def get_fieldsets(self, request: HttpRequest, obj: Customer | None = None) -> Any:
        sections = SECTIONS if obj else SECTIONS[:1]
        return [(heading, {"fields": fields}) for heading, fields in sections]

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> Any:
        return SHOWN if obj else ()

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<uuid:customer_id>/{name}/",
                self.admin_site.admin_view(page.view),
                name=f"customers_customer_{name}",
            )
            for name, _label, page in PAGES
        ]
        return [*own, *super().get_urls()]

    def object_tools(self, request: HttpRequest, customer: Customer) -> list[tuple[str, str]]:
        """Return the pages on which this person may do something with this customer."""
        return [
            *super().object_tools(request, customer),
            *(
                (label, reverse(f"admin:customers_customer_{name}", args=[customer.pk]))
                for name, label, page in PAGES
                if page.is_offered(customer, request)
            ),
        ]

    @admin.display(description="account")
    def account(self, customer: Any) -> SafeString:
        """Show what they log in with."""
        if customer.user is None:
            return NOTHING
        shown = link_to(customer.user) if customer.links_account else customer.user
        closed = "" if customer.user.is_active else state_label("canceled", "closed")
        return format_html("{} {}", shown, closed)

    @admin.display(description=number("lifetime value"))
    def lifetime_value(self, customer: Any) -> SafeString:
        """Show what they have paid, what went back taken off."""
        return money(customer.money.lifetime_value)

    @admin.display(description="tier")
    def tier(self, customer: Any) -> SafeString:
        """Show the loyalty tier, by the rules in force."""
        found = customer.money.tier
        return NOTHING if found == "none" else state_label(f"tier-{found}", found)

    @admin.display(description=number("bookings"))
    def bookings(self, customer: Any) -> SafeString:
        """Show how many parties they had or will have."""
        return number(customer.money.bookings)


def _add_money(customers: Any) -> None:
    found = customer_money([customer.pk for customer in customers], now=timezone.now())
    for customer in customers:
        customer.money = found[customer.pk]


admin.site.unregister(Customer)
admin.site.register(Customer, CustomerWithMoneyAdmin)
