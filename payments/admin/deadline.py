"""How long there is to answer a dispute, in the venue's time."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from payments.admin.links import NOTHING
from payments.models import Dispute
from payments.services.evidence import ANSWERABLE

URGENT = timedelta(hours=48)


def countdown(due_by: datetime, *, now: datetime) -> str:
    """Return "due Nov 30, 11:59 PM PST, in 6 days"."""
    local = timezone.localtime(due_by)
    when = f"{local:%b %-d, %-I:%M %p %Z}"
    if due_by <= now:
        return f"was due {when}, {spelled(now - due_by)} ago"
    return f"due {when}, in {spelled(due_by - now)}"


def deadline(dispute: Dispute, *, now: datetime) -> SafeString:
    """Return the countdown of a dispute that waits for our answer, marked where it is urgent."""
    due_by = dispute.evidence_due_by
    if due_by is None or dispute.status not in ANSWERABLE:
        return NOTHING
    tone = "overdue" if due_by <= now else "urgent" if due_by - now < URGENT else "early"
    return format_html(
        '<time class="deadline deadline--{}" datetime="{}">{}</time>',
        tone,
        due_by.isoformat(),
        countdown(due_by, now=now),
    )


def spelled(left: timedelta) -> str:
    """Return days, or hours where those are fewer than two days, or minutes; rounded down."""
    minutes = int(left / timedelta(minutes=1))
    if left >= URGENT:
        return f"{left.days} days"
    if minutes >= 60:
        return _count(minutes // 60, "hour")
    return _count(minutes, "minute")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
