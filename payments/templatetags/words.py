from datetime import datetime

from django import template
from django.utils import timezone

from payments.system.standing import MOST

register = template.Library()


@register.filter
def words(code: str) -> str:
    """Return a code as words: "insufficient_funds" is "Insufficient funds"."""
    return code.replace("_", " ").capitalize()


@register.filter
def count(number: int) -> str:
    """Return how many as people read it: "1,204"; "10,000+" where nobody counted on."""
    return f"{number:,}" + ("+" if number >= MOST else "")


@register.filter
def age(moment: datetime) -> str:
    """Return how long ago it was, roughly: "12 s", "5 min", "3 h", "9 days"."""
    seconds = max(0, int((timezone.now() - moment).total_seconds()))
    for unit, length, most in (("s", 1, 90), ("min", 60, 90), ("h", 3600, 48)):
        if seconds < most * length:
            return f"{seconds // length} {unit}"
    return f"{seconds // 86_400} days"
