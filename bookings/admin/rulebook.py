import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from bookings.admin import rulebook_preview as previews
from bookings.admin.rulebook_differences import differences
from bookings.admin.rulebook_form import SECTIONS, RuleBookForm
from bookings.admin.rulebook_preview import PreviewForm
from bookings.admin.rulebook_words import columns
from bookings.models import RuleBook
from bookings.queries.rules import book_before
from bookings.slots import local_date
from myhibachi.core.admin import ServiceFormAdmin, money_column, state_label

EDITED = [(heading, {"fields": lines}) for heading, lines in SECTIONS.items()]
SHOWN = [
    (heading, {"fields": [columns(line) for line in lines]}) for heading, lines in SECTIONS.items()
]


class RuleBookAdmin(ServiceFormAdmin):
    """Rule books: a new one starts tomorrow or later; those in force are read-only."""

    form = RuleBookForm
    list_display = (
        "effective_from",
        "until",
        "state",
        *(
            money_column(name, ordered=False)
            for name in ("adult_price", "child_price", "order_minimum", "deposit")
        ),
    )
    ordering = ("-effective_from",)
    sortable_by = ("effective_from",)

    class Media:
        css = {"all": ("admin/rulebook.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleBook]:
        """Return the rule books, each with the date on which another one takes over from it."""
        following = RuleBook.objects.filter(effective_from__gt=OuterRef("effective_from"))
        begins = following.order_by("effective_from").values("effective_from")[:1]
        books: QuerySet[RuleBook] = super().get_queryset(request)
        sooner = RuleBook.objects.filter(
            effective_from__gt=_today(), effective_from__lt=OuterRef("effective_from")
        )
        return books.annotate(replaced_on=Subquery(begins), comes_later=Exists(sooner))

    def get_fieldsets(self, request: HttpRequest, obj: RuleBook | None = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return SHOWN
        return EDITED

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.only_previews = previews.BUTTON in request.POST
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start from the rules that apply today."""
        return model_to_dict(_in_force(), exclude=["effective_from"])

    def has_change_permission(self, request: HttpRequest, obj: RuleBook | None = None) -> bool:
        # As it is stored: the form may have put no date into it, or a past one.
        future = RuleBook.objects.filter(effective_from__gt=_today())
        may_change = obj is None or future.filter(pk=obj.pk).exists()
        return may_change and super().has_change_permission(request, obj)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: RuleBook | None = None,
    ) -> HttpResponse:
        """Add what differs from the rules before, and the preview."""
        form = context["adminform"].form
        # On the empty page to add one, the form's instance has the defaults, not today's rules.
        book = form.instance if change or form.is_bound else _in_force()
        is_read = form.has_rules or not form.is_bound
        context |= {
            "writes": add or self.has_change_permission(request, obj),
            "is_read": is_read,
            "preview_button": previews.BUTTON,
            "preview_was_asked": form.only_previews,
            **(_compared(book) if is_read and (change or form.is_bound) else {}),
            **_previewed(request, book, is_read=is_read),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description="until")
    def until(self, book: RuleBook) -> dt.date | None:
        """Show its last day."""
        replaced_on: dt.date | None = book.replaced_on  # type: ignore[attr-defined]  # annotated
        return replaced_on - dt.timedelta(days=1) if replaced_on else None

    @admin.display(description="status")
    def state(self, book: RuleBook) -> SafeString:
        """Show which one applies to what is booked now, and which one is next."""
        today = _today()
        replaced_on: dt.date | None = book.replaced_on  # type: ignore[attr-defined]  # annotated
        if book.effective_from > today:
            later: bool = book.comes_later  # type: ignore[attr-defined]  # annotated
            return state_label("upcoming", "later" if later else "next")
        if replaced_on and replaced_on <= today:
            return state_label("past")
        return state_label("in_force", "in force now")


def _today() -> dt.date:
    return local_date(timezone.now())


def _in_force() -> RuleBook:
    return RuleBook.objects.in_force(_today())


def _compared(book: RuleBook) -> dict[str, Any]:
    before = book_before(book.effective_from) if book.effective_from else _in_force()
    return {"before": before, "differences": differences(before, book) if before else []}


def _previewed(request: HttpRequest, book: RuleBook, *, is_read: bool) -> dict[str, Any]:
    data = request.POST or request.GET
    sent = data if f"{PreviewForm.prefix}-adults" in data else None
    now = timezone.now()
    form = PreviewForm(sent, initial=previews.initial(book, local_date(now)))
    priced = is_read and form.is_valid()
    return {
        "preview_form": form,
        "preview": previews.preview(form, new=book, now=now) if priced else None,
    }
