from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from customers.models import User
from myhibachi.core.admin import small_table, state_label
from myhibachi.core.errors import DomainError
from payments.admin.base import StripeAdmin
from payments.admin.links import link_column
from payments.admin.stripe_dashboard import stripe_link
from payments.admin.times import when_column
from payments.models import Difference, ReconcileRun
from payments.services.reconcile.record import PERMISSION, mend_difference

SEEN = when_column("first_seen_at", label="first seen")
BOOKING = link_column("booking")
AT_STRIPE = stripe_link("object_id", label="at Stripe")


@admin.display(description="state", ordering="closed_at")
def state(difference: Difference) -> SafeString:
    """Open, or closed: a state is what `closed_at` says."""
    return state_label("closed") if difference.closed_at else state_label("open")


@admin.display(description="object")
def object_name(difference: Difference) -> SafeString:
    """The object; a link where it is one of Stripe's."""
    if "." in difference.object_type:
        return format_html("{}", difference.object_id)
    return AT_STRIPE(difference)


class OpenFilter(admin.SimpleListFilter):
    """The open ones, unless somebody wants to see more."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("closed", "Closed"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield {**first, "display": "Open"}
        yield from rest

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Difference]
    ) -> QuerySet[Difference]:
        if self.value() == "all":
            return queryset
        return queryset.filter(closed_at__isnull=self.value() != "closed")


@admin.register(Difference)
class DifferenceAdmin(StripeAdmin):
    """What `reconcile` found; mended here by one click and a question."""

    list_display = (SEEN, "kind", state, object_name, "reason", BOOKING, "times_seen")
    list_filter = (OpenFilter, "kind", "can_be_mended")
    list_select_related = ("booking",)
    search_fields = ("=object_id", "=booking__reference")
    search_help_text = "An object's id, or a booking's reference."
    ordering = ("-first_seen_at", "-id")
    sections = (
        (None, (state, "kind", "reason", "remedy", "refusal")),
        ("What", ("object_type", object_name, BOOKING)),
        ("When and who", ("first_seen_at", "last_seen_at", "times_seen", "closed_at", "closed_by")),
    )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.mend)
        name = "payments_difference_mend"
        return [path("<int:difference_id>/mend/", page, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        found = self.get_object(request, object_id)
        can = found and found.can_be_mended and not found.closed_at
        offered = can and request.user.has_perm(PERMISSION)
        url = reverse("admin:payments_difference_mend", args=[object_id]) if offered else None
        return super().change_view(
            request, object_id, form_url, {"mend_url": url, **(extra_context or {})}
        )

    def mend(self, request: HttpRequest, difference_id: int) -> HttpResponse:
        """Ask; then mend it, as `reconcile --fix` does."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        difference = get_object_or_404(Difference, pk=difference_id)
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": "Mend",
                "opts": Difference._meta,
                "difference": difference,
            }
            return render(request, "admin/payments/difference/mend.html", context)
        self._mend(request, difference_id)
        return redirect("admin:payments_difference_change", difference_id)

    def _mend(self, request: HttpRequest, difference_id: int) -> None:
        actor, now = cast(User, request.user), timezone.now()
        try:
            done = mend_difference(difference_id=difference_id, actor=actor, now=now)
        except DomainError as error:
            messages.error(request, error.detail)
            return
        if done.closed_at:
            messages.success(request, "Mended.")
        else:
            messages.error(request, f"It is still there. {done.refusal}".strip())


@admin.display(description="compared")
def compared(run: ReconcileRun) -> SafeString:
    """How many objects of each type a run has compared."""
    return small_table(("What", "How many"), sorted(run.checked.items()))


@admin.register(ReconcileRun)
class ReconcileRunAdmin(StripeAdmin):
    """When everything was compared last, and what came of it."""

    list_display = (
        when_column("started_at", label="started"),
        when_column("finished_at", label="finished"),
        "since",
        "with_fix",
        "found",
        "mended",
    )
    ordering = ("-started_at", "-id")
    sections = (
        (None, ("started_at", "finished_at", "since", "with_fix", "found", "mended", compared)),
    )
