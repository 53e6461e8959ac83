import json
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from customers.models import User
from myhibachi.core.admin import state_column
from payments.admin.base import StripeAdmin
from payments.admin.filters import EventFamilyFilter
from payments.admin.masking import pretty
from payments.admin.stripe_dashboard import stripe_link
from payments.admin.times import when_column
from payments.models import WebhookEvent
from payments.webhooks.replay import PERMISSION, replay_events

WHEN = when_column("received_at", label="received")
STATE = state_column("state")
EVENT = stripe_link("stripe_event_id", label="event")
OBJECT = stripe_link("object_id", label="object")


@admin.display(description="error")
def first_error_line(event: WebhookEvent) -> str:
    """Return the last error, short enough for a list."""
    return event.last_error.split("\n", 1)[0][:80] or "–"


@admin.register(WebhookEvent)
class WebhookEventAdmin(StripeAdmin):
    """The inbox: what Stripe told us, what became of it, and a way to process it again."""

    list_display = (WHEN, STATE, "type", first_error_line, "attempts", OBJECT)
    list_filter = ("state", EventFamilyFilter, "received_at")
    # By exact match, which has an index; Django's "=" ignores case, which has none.
    search_fields = ("stripe_event_id__exact", "object_id__exact")
    search_help_text = "An event's id, or its object's id, as Stripe writes them."
    ordering = ("-received_at", "-id")
    actions = ("replay",)
    sections = (
        (None, (STATE, "type", EVENT, OBJECT, "attempts", "last_error")),
        ("When", ("stripe_created", "received_at", "processed_at", "next_attempt_at")),
        ("What Stripe sent", ("api_version", "livemode", "payload_to_read")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEvent]:
        return super().get_queryset(request).defer("payload")

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> WebhookEvent | None:
        found: WebhookEvent | None = super().get_object(request, *args, **kwargs)
        if found:
            found.shown = self._shown(found, request)  # type: ignore[attr-defined]  # depends on who reads
        return found

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
        messages.success(request, f"{count} to be processed again.")

    def _shown(self, event: WebhookEvent, request: HttpRequest) -> SafeString:
        if not event.payload:
            return mark_safe("Forgotten, as is every payload after a time.")  # no input
        return pretty(json.loads(event.payload), request)
