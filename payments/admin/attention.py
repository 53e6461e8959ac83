"""What asks a person: the list, and a page for each question with its facts and choices."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from bookings.models import Booking
from myhibachi.core.admin import small_table, state_label
from payments.admin import attention_page
from payments.admin.attention_facts import facts_table, summary
from payments.admin.base import MoneyAdmin
from payments.admin.links import NOTHING, link_column, link_to, purpose
from payments.admin.search import Search
from payments.admin.times import short, when_column
from payments.models import Attention

OPENED = when_column("opened_at", label="since")
CLOSED = when_column("closed_at", label="decided")
BOOKING = link_column("booking")
PAYMENT = link_column("payment", text=purpose)


@admin.display(description="state", ordering="closed_at")
def state(question: Attention) -> SafeString:
    """Whether it is open, or what was decided."""
    if question.closed_at:
        return state_label("processed", question.decision_in_words)
    return state_label("attention", "open")


def open_questions(booking: Booking) -> SafeString:
    """A booking's open questions, the oldest first."""
    rows = [
        (link_to(each, each.get_kind_display()), summary(each), short(each.opened_at))
        for each in booking.attention.open().order_by("opened_at", "pk")
    ]
    return small_table(("What", "About", "Since"), rows) if rows else NOTHING


class OpenFilter(admin.SimpleListFilter):
    """Open questions, or decided ones."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("decided", "Decided")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attention]) -> QuerySet[Attention]:
        if not self.value():
            return queryset
        return queryset.filter(closed_at__isnull=self.value() == "open")


@admin.register(Attention)
class AttentionAdmin(MoneyAdmin):
    """Questions to look at; deciding has a page of its own."""

    list_display = ("kind", summary, BOOKING, OPENED, state)
    list_filter = (OpenFilter, "kind")
    list_select_related = ("booking", "payment")
    # The open ones first: of those, who has waited longest.
    ordering = (F("closed_at").desc(nulls_first=True), "opened_at", "pk")
    search = Search(
        booking="booking",
        uuids=("pk", "payment"),
        stripe_ids={
            "pi": "payment__stripe_payment_intent_id",
            "ch": "payment__stripe_charge_id",
        },
        amount="facts__amount",
    )
    sections = (
        (None, ("kind", state, BOOKING, PAYMENT, OPENED)),
        ("Facts, as it opened", (facts_table,)),
        ("Decision", ("decision", "note", "closed_by", CLOSED)),
    )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(attention_page.view)
        own = path("<uuid:attention_id>/decide/", page, name=attention_page.NAME)
        return [own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        question = context.get("original")
        if question and attention_page.is_offered(question, request):
            url = reverse(f"admin:{attention_page.NAME}", args=[question.pk])
            context = context | {"decide_url": url}
        return super().render_change_form(request, context, *args, **kwargs)
