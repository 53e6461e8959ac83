import json
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from customers.models import User
from myhibachi.core.admin import DateRangeFilter, state_column
from payments.admin.base import StripeAdmin
from payments.admin.filters import EventFamilyFilter
from payments.admin.links import NOTHING, link_to
from payments.admin.masking import pretty
from payments.admin.stripe_dashboard import stripe_link
from payments.admin.times import when_column
from payments.models import WebhookEvent
from payments.queries.local_objects import local_object
from payments.webhooks.replay import PERMISSION, replay_events

WHEN = when_column("received_at", label="received")
STATE = state_column("state")
EVENT = stripe_link("stripe_event_id", label="event")
OBJECT = stripe_link("object_id", label="object")


@admin.display(description="error")
def first_error_line(event: WebhookEvent) -> str:
    """Return the last error and how often it was met, short enough for a list."""
    if not event.last_error:
        return "–"
    return f"{event.attempts} × {event.last_error}".split("\n", 1)[0][:90]


@admin.display(description="about")
def what_it_is_about(event: WebhookEvent) -> SafeString:
    """Return a link to our row for the event's object, where there is one."""
    found = local_object(event.object_id)
    return link_to(found, found and f"{str(found._meta.verbose_name).capitalize()}: {found}")


@admin.display(description="mode")
def mode(event: WebhookEvent) -> SafeString:
    """Return in which of Stripe's two worlds it happened."""
    return format_html("{}", "live" if event.livemode else "test")


@admin.display(description="last error")
def error_in_full(event: WebhookEvent) -> SafeString:
    """Return the whole error as the worker saw it."""
    if not event.last_error:
        return NOTHING
    return format_html('<p class="event-error">{}</p>', event.last_error)


@admin.register(WebhookEvent)
class WebhookEventAdmin(StripeAdmin):
    """The inbox: what Stripe told us, what became of it, and a way to process it again."""

    list_display = (WHEN, STATE, "type", OBJECT, first_error_line)
    # By anything else, every event there is would be sorted: filters find those.
    sortable_by: ClassVar[Any] = (WHEN,)
    list_filter = ("state", EventFamilyFilter, ("received_at", DateRangeFilter))
    # By exact match, which has an index; Django's "=" ignores case, which has none.
    search_fields = ("stripe_event_id__exact", "object_id__exact")
    search_help_text = "An event's id, or its object's id, as Stripe writes them."
    ordering = ("-received_at", "-id")
    actions = ("replay",)
    sections = (
        (None, (STATE, "type", what_it_is_about, EVENT, OBJECT, "attempts", error_in_full)),
        ("When", ("stripe_created", "received_at", "processed_at", "next_attempt_at")),
        ("What Stripe sent", ("api_version", mode, "payload_to_read")),
    )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_POST(self.replay_one))
        name = "payments_webhookevent_replay"
        return [path("<int:event_id>/replay/", page, name=name), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEvent]:
        return super().get_queryset(request).defer("payload")

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> WebhookEvent | None:
        found: WebhookEvent | None = super().get_object(request, *args, **kwargs)
        if found:
            found.shown = self._shown(found, request)  # type: ignore[attr-defined]  # depends on who reads
        return found

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        may = self.has_replay_permission(request)
        url = reverse("admin:payments_webhookevent_replay", args=[object_id]) if may else None
        return super().change_view(
            request, object_id, form_url, {"replay_url": url, **(extra_context or {})}
        )

    def replay_one(self, request: HttpRequest, event_id: int) -> HttpResponse:
        """Process it again, at the press of the button on its page."""
        if not self.has_replay_permission(request):
            raise PermissionDenied
        self.replay(request, WebhookEvent.objects.filter(pk=event_id))
        return redirect("admin:payments_webhookevent_change", event_id)

    @admin.display(description="payload")
    def payload_to_read(self, event: WebhookEvent) -> SafeString:
        shown: SafeString = event.shown  # type: ignore[attr-defined]  # set in get_object
        return shown

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)

    @admin.action(description="Replay", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[WebhookEvent]) -> None:
        ids = queryset.values_list("pk", flat=True)
        count = replay_events(event_ids=ids, actor=cast(User, request.user), now=timezone.now())
        if count:
            messages.success(request, f"{count} to be processed again.")
        else:
            messages.error(request, "Nothing to process again: what it said is forgotten.")

    def _shown(self, event: WebhookEvent, request: HttpRequest) -> SafeString:
        if not event.payload:
            return mark_safe("Forgotten, as is every payload after a time.")  # no input
        return pretty(json.loads(event.payload), request)
