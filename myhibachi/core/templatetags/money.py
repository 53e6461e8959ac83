from django import template

from myhibachi.core.money import CURRENCY, format_cents

register = template.Library()


@register.filter
def money(amount: int, currency: str = CURRENCY) -> str:
    """Return cents as people read them: `{{ payment.amount|money:payment.currency }}`."""
    return format_cents(amount, currency)
