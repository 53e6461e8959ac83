from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings import links
from bookings.admin import quote_pages
from bookings.admin.cells import bill_table, booking_link, listed, local_time
from bookings.admin.email import emails_table
from bookings.admin.filters import MadeFilter, TotalFilter, WhenFilter
from bookings.admin.quote_cells import QuoteStateFilter, quote_state, short, versions_table
from bookings.admin.quote_form import QuoteForm
from bookings.models import Quote
from bookings.models.order import BULKY
from bookings.queries.search import quotes_found_by
from bookings.services.quotes.revise import is_revisable
from myhibachi.core.admin import ServiceFormAdmin, attributes, dollars_of, money_column
from myhibachi.core.ids import as_uuid
from myhibachi.core.money import typed_cents

CHANGE = "bookings.change_quote"
WHO = ("customer", "contact_name", "contact_email", "contact_phone")
# Shown where the column beside it has something.
PLACES = {"link": "sent_at", "made": "booking_id", "versions": "has_versions"}
HISTORY = {
    name: name for name in ("created_at", "sent_at", "expires_at", "answered_at", "decline_reason")
}
READ_ONLY = (
    "named", "state", "customer", "versions", "link", "made", "extras", "chosen", "bill",
    "zip_code", *HISTORY, "emails",
)  # fmt: skip
EXPORT = {
    **attributes("reference", "version", "status", "date", "time", "customer.name"),
    **attributes("contact_name", "contact_email", "contact_phone", "guests", "location"),
    **{name: dollars_of(name) for name in ("total", "deposit_due")},
    **attributes("currency", "created_at", "sent_at", "expires_at", "answered_at"),
    **attributes("decline_reason", "booking.reference"),
}


class QuoteAdmin(ServiceFormAdmin):
    """Quotes: drafted and changed through the services, read-only once sent."""

    form = QuoteForm
    list_display = (
        "named",
        "when",
        "customer",
        "state",
        "guests",
        money_column("total", ordered=False),
        "expires",
    )
    list_select_related = ("customer", "booking")
    list_filter = (
        QuoteStateFilter,
        ("date", WhenFilter),
        ("created_at", MadeFilter),
        ("total", TotalFilter),
    )
    export_columns = EXPORT
    export_without = BULKY
    # Django shows the box where this is not empty; `get_search_results` does the search.
    search_fields = ("reference",)
    search_help_text = (
        "Reference or its beginning (the booking's, too), name, email, phone, or exact total."
    )
    ordering = ("-created_at", "-id")
    sortable_by = ()
    autocomplete_fields = ("customer",)

    class Media:
        js = ("admin/copy.js",)

    def get_fieldsets(self, request: HttpRequest, obj: Quote | None = None) -> Any:
        editable = obj is None or self.has_change_permission(request, obj)
        order = ("add_ons", "proteins") if editable else ("extras", "chosen")
        menu = (("guests", "children", "toddlers"), "menu", *order, "allergies", "notes")
        price = ("extra_lines", "message") if editable else ("message",)
        if obj is None:
            return [
                ("Who", {"fields": WHO}),
                ("When and where", {"fields": (("date", "time"), "location")}),
                ("Menu", {"fields": menu}),
                ("Price", {"fields": price}),
            ]
        return [
            (None, {"fields": ("named", "state", *_if_any(obj, PLACES))}),
            ("Who", {"fields": WHO}),
            ("When and where", {"fields": (("date", "time"), "location", "zip_code")}),
            ("Menu", {"fields": menu}),
            ("Price", {"fields": ("bill", *price)}),
            ("History", {"fields": (*_if_any(obj, HISTORY), "emails")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Quote | None = None) -> Any:
        return READ_ONLY if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Quote | None = None) -> bool:
        changeable = obj is None or obj.status == Quote.Status.DRAFT
        return changeable and super().has_change_permission(request, obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.revises = None if change else _revised(request)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start a revision from the version before."""
        quote = _revised(request)
        if quote is None:
            return super().get_changeform_initial_data(request)
        return model_to_dict(quote, fields=[*QuoteForm.Meta.fields])

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Quote], search_term: str
    ) -> tuple[QuerySet[Quote], bool]:
        """Find by what has an index, instead of reading every row."""
        term = search_term.strip()
        if not term:
            return queryset, False
        cents = typed_cents(term)
        return queryset.filter(quotes_found_by(term) if cents is None else Q(total=cents)), False

    def get_urls(self) -> list[URLPattern]:
        pages = (("send", quote_pages.send), ("pdf", quote_pages.pdf))
        return [
            *(
                path(
                    f"<uuid:quote_id>/{name}/",
                    self.admin_site.admin_view(view),
                    name=f"bookings_quote_{name}",
                )
                for name, view in pages
            ),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        quote = context.get("original")
        more = _tools(request, quote) if quote else {"title": _title(_revised(request))}
        return super().render_change_form(request, context | more, *args, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: Quote, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Lead on to the draft: it is read once more, and sent."""
        if "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, f"{obj} is a draft. Read it through, then send it.")
        return redirect("admin:bookings_quote_change", obj.pk)

    @admin.display(description="quote")
    def named(self, quote: Quote) -> str:
        """Show reference and version."""
        return str(quote)

    @admin.display(description="when")
    def when(self, quote: Quote) -> SafeString:
        """Show the local date and time."""
        return local_time(quote.date, quote.time)

    @admin.display(description="status")
    def state(self, quote: Quote) -> SafeString:
        """Show how it stands."""
        return quote_state(quote, timezone.now())

    @admin.display(description="valid until")
    def expires(self, quote: Quote) -> str:
        """Show until when it can be accepted."""
        return short(quote.expires_at)

    @admin.display(description="versions")
    def versions(self, quote: Quote) -> SafeString:
        """Show all versions of this reference."""
        return versions_table(quote)

    @admin.display(description="customer's page")
    def link(self, quote: Quote) -> SafeString | None:
        """Show the signed link, which a draft has not yet."""
        link = _link(quote)
        return format_html('<a href="{0}">{0}</a>', link) if link else None

    @admin.display(description="booking")
    def made(self, quote: Quote) -> SafeString | None:
        """Lead to the booking it has become."""
        return booking_link(quote.booking)

    @admin.display(description="add-ons")
    def extras(self, quote: Quote) -> str:
        """Show the add-ons."""
        return listed(quote.add_ons) or self.empty_value_display

    @admin.display(description="proteins")
    def chosen(self, quote: Quote) -> str:
        """Show the proteins."""
        return listed(quote.proteins) or self.empty_value_display

    @admin.display(description="e-mails")
    def emails(self, quote: Quote) -> SafeString:
        """Show what the customer was told."""
        return emails_table(quote)

    @admin.display(description="bill")
    def bill(self, quote: Quote) -> SafeString:
        """Show the priced lines and the deposit."""
        return bill_table(quote, "total", "deposit_due")


def _if_any(quote: Quote, fields: dict[str, str]) -> tuple[str, ...]:
    return tuple(field for field, column in fields.items() if getattr(quote, column))


def _revised(request: HttpRequest) -> Quote | None:
    """Return the version that the page is to make the next one of."""
    if "revises" not in request.GET or not request.user.has_perm(CHANGE):
        return None
    return Quote.objects.filter(pk=as_uuid(request.GET["revises"])).first()


def _title(revised: Quote | None) -> str:
    return f"Revise {revised}" if revised else "Add quote"


def _link(quote: Quote) -> str | None:
    return None if quote.status == Quote.Status.DRAFT else links.link("quote", quote)


def _tools(request: HttpRequest, quote: Quote) -> dict[str, Any]:
    """Return what this person can do with it: names and addresses."""
    may_change = request.user.has_perm(CHANGE)
    tools = [("PDF", reverse("admin:bookings_quote_pdf", args=[quote.pk]))]
    if may_change and is_revisable(quote):
        add = reverse("admin:bookings_quote_add")
        tools.insert(0, ("Revise…", f"{add}?revises={quote.pk}"))
    if may_change and quote.status == Quote.Status.DRAFT:
        tools.insert(0, ("Send…", reverse("admin:bookings_quote_send", args=[quote.pk])))
    return {"tools": tools, "copy_link": None if quote.is_superseded else _link(quote)}
