"""Money that came in by Zelle, Venmo, cash or check: an inbox of what no booking is known for."""

import re
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from bookings.models import Booking
from bookings.services.payable import PAYABLE
from myhibachi.core.admin import (
    DateRangeFilter,
    MoneyRangeFilter,
    attributes,
    dollars_of,
    money_column,
    state_label,
)
from myhibachi.core.ids import REFERENCE_LENGTH
from myhibachi.core.money import typed_cents
from payments.admin import money_in_ignore_page, money_in_import_page, money_in_match_page
from payments.admin.base import StripeAdmin
from payments.admin.links import link_column, purpose
from payments.models import MoneyIn
from payments.services.money_in.decide import PERMISSION
from payments.services.money_in.lookalikes import lookalikes
from payments.services.money_in.match import matches, may_be_the_same, recorded_by_hand
from payments.services.money_in.suggest import suggestions

MEMO_SHOWN = 60
FOUND = 20
BOOKING = link_column("booking")
PAYMENT = link_column("payment", text=purpose)
AMOUNT = money_column("amount")
EXPORT = {
    **attributes("id", "received_on", "method", "status"),
    "amount": dollars_of("amount"),
    **attributes("currency", "sender", "memo", "bank_reference", "booking.reference"),
    **attributes("payment.id", "note", "decided_at"),
}


@admin.display(description="memo")
def short_memo(line: MoneyIn) -> str:
    """As much of the memo as a list has room for."""
    return line.memo if len(line.memo) <= MEMO_SHOWN else f"{line.memo[:MEMO_SHOWN]}…"


@admin.display(description="state")
def state(line: MoneyIn) -> SafeString:
    """Unmatched with a booking is on its way."""
    if line.status == MoneyIn.Status.UNMATCHED and line.booking_id:
        return state_label("pending", "being recorded")
    return state_label(line.status)


class InboxFilter(admin.SimpleListFilter):
    """What waits for somebody, unless they want to see more."""

    title = "state"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("recorded", "Recorded"), ("ignored", "Ignored"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield {**first, "display": "Unmatched"}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet[MoneyIn]) -> QuerySet[MoneyIn]:
        if self.value() == "all":
            return queryset
        return queryset.filter(status=self.value() or MoneyIn.Status.UNMATCHED)


@admin.register(MoneyIn)
class MoneyInAdmin(StripeAdmin):
    """The inbox, and for each line what it may be for."""

    change_list_template = "admin/payments/moneyin/change_list.html"
    change_form_template = "admin/payments/moneyin/change_form.html"
    list_display = ("received_on", AMOUNT, "sender", short_memo, "method", state, BOOKING)
    list_filter = (
        InboxFilter,
        "method",
        ("received_on", DateRangeFilter),
        ("amount", MoneyRangeFilter),
    )
    export_columns = EXPORT
    list_select_related = ("booking", "payment")
    search_fields = ("sender", "memo", "bank_reference", "=booking__reference")
    search_help_text = "Sender, memo, the bank's or a booking's reference, or exact amount."
    ordering = ("-received_on", "-id")
    sections = (
        (None, (state, "method", AMOUNT, "received_on", "sender", "memo", "bank_reference")),
        ("Where it went", (BOOKING, PAYMENT, "note", "decided_by", "decided_at")),
        ("Import", ("batch", "created_at")),
    )

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("import/", money_in_import_page.view, money_in_import_page.NAME),
            (
                "<uuid:money_in_id>/record/<uuid:booking_id>/",
                money_in_match_page.view,
                money_in_match_page.NAME,
            ),
            (
                "<uuid:money_in_id>/same-as/<uuid:payment_id>/",
                money_in_match_page.link,
                money_in_match_page.LINK_NAME,
            ),
            ("<uuid:money_in_id>/ignore/", money_in_ignore_page.view, money_in_ignore_page.NAME),
            ("<uuid:money_in_id>/back/", money_in_ignore_page.back, money_in_ignore_page.BACK_NAME),
        )
        own = [
            path(where, self.admin_site.admin_view(view), name=name) for where, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: MoneyIn | None = None) -> Any:
        line, went, imported = super().get_fieldsets(request, obj)
        is_new = obj is not None and obj.decided_at is None
        return [line, imported] if is_new else [line, went, imported]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MoneyIn], search_term: str
    ) -> tuple[QuerySet[MoneyIn], bool]:
        term = search_term.strip()
        cents = typed_cents(term)
        if cents is not None:
            return queryset.filter(amount=cents), False
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = request.user.has_perm(PERMISSION)
        url = reverse(f"admin:{money_in_import_page.NAME}") if may else None
        return super().changelist_view(request, {"import_url": url, **(extra_context or {})})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        line = self.get_object(request, object_id)
        may = line is not None and request.user.has_perm(PERMISSION)
        shown = _matching(request, line) if line and may else {}
        return super().change_view(request, object_id, form_url, shown | (extra_context or {}))


def _matching(request: HttpRequest, line: MoneyIn) -> dict[str, Any]:
    """Return what a person who may match this line chooses from."""
    if line.status != MoneyIn.Status.UNMATCHED:
        return {"can_come_back": line.status == MoneyIn.Status.IGNORED}
    text = request.GET.get("q", "").strip()
    [named] = matches([line])
    [likely] = suggestions([line], [named])
    return {
        "is_open": True,
        "why_not": lookalikes([line]).get(line.fingerprint) or (named.refusal if named else ""),
        "suggestions": likely,
        "same_as": [] if text else _same_as(line),
        "text": text,
        "found": _found(text) if text else (),
    }


def _same_as(line: MoneyIn) -> list[Any]:
    """Return what staff recorded that may be this money."""
    payments = recorded_by_hand().filter(amount=line.amount, method=line.method)
    known = payments.select_related("booking__customer").order_by("-succeeded_at")[:FOUND]
    return [payment for payment in known if may_be_the_same(line, payment)]


def _found(text: str) -> list[Booking]:
    """Return the bookings that somebody searches for, those that still take money first."""
    told = Q(reference__in=_references(text))
    for field in ("contact_name", "contact_email", "contact_phone", "customer__name"):
        told |= Q(**{f"{field}__icontains": text})
    known = Booking.objects.select_related("customer").filter(told)
    found = known.order_by("-created_at", "-id")[:FOUND]
    return sorted(found, key=lambda each: each.status not in PAYABLE)


def _references(text: str) -> list[str]:
    """Return the reference that was typed, with or without its letter and its dash."""
    letters = re.sub("[^A-Z0-9]", "", text.upper())
    return [f"H-{letters[-REFERENCE_LENGTH:]}"]
