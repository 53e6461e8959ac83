from django import template

register = template.Library()


@register.filter
def percent(rate: float | None) -> str:
    """Return a rate from 0 to 1 as people read it: "12.5%"; a dash where there is none."""
    return "–" if rate is None else f"{100 * rate:.1f}%"


@register.filter
def words(code: str) -> str:
    """Return a code as words: "insufficient_funds" is "Insufficient funds"."""
    return code.replace("_", " ").capitalize()
