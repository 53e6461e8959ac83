"""A quote as the bearer of its link sees it: what is offered, and the buttons that answer it.

Accepting holds the slot and goes straight on to Stripe's page for the deposit.
"""

import datetime as dt
from contextlib import suppress

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from bookings import fees, links, policy, quote_pdf
from bookings.errors import QuotedSlotOpen, SlotClosed, SlotFull
from bookings.models import Booking, Quote, Status
from bookings.queries.quotes import newest_for_bearer, offered_by, slot_is_open, slots_instead
from bookings.services.create import Consent
from bookings.services.quotes import accept_quote, decline_quote
from myhibachi.core.api.client_ip import client_ip
from myhibachi.core.errors import DomainError, InvalidInput
from payments.pages.checkout import start_checkout
from payments.pages.csp import allow_checkout

LONGEST_REASON = 2000
# What may happen to a slot between reading and accepting.
SLOT_GONE = (SlotFull, SlotClosed, InvalidInput)
TEMPLATES = {
    "open": "pay/quote.html",
    "gone": "pay/quote_gone.html",
    "declining": "pay/quote_decline.html",
}


@never_cache
@allow_checkout
@require_http_methods(["GET", "HEAD", "POST"])
def quote_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the quote; on POST, take the answer: `accept`, for a `slot`, or `decline`."""
    quote, now = _quote(token), timezone.now()
    if request.method != "POST":
        return _page(request, quote, now=now)
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if answer is None:
        raise BadRequest
    return answer(request, quote, now)


@never_cache
@require_safe
def quote_pdf_page(request: HttpRequest, token: str) -> HttpResponse:
    """Return the quote as a PDF."""
    quote = _quote(token)
    answer = HttpResponse(quote_pdf.render(quote), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{quote.reference}-v{quote.version}.pdf"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _quote(token: str) -> Quote:
    quote = offered_by(token)
    if quote is None:
        raise Http404
    return quote


def _accept(request: HttpRequest, quote: Quote, now: dt.datetime) -> HttpResponse:
    date, time = _slot(request.POST.get("slot", ""))
    try:
        booking = accept_quote(
            quote_id=quote.pk,
            date=date,
            time=time,
            # The button stands above the terms, and says that it accepts them.
            consent=Consent(accepted=True, client_ip=client_ip(request)),
            actor=None,
            now=now,
        )
    except SLOT_GONE:
        return _page(request, quote, now=now, problem="taken", status=409)
    except QuotedSlotOpen:
        return _page(request, quote, now=now, problem="open_again", status=409)
    except DomainError:
        # Answered, expired or superseded meanwhile: the page itself says which.
        return HttpResponseRedirect(request.path)
    return HttpResponseRedirect(_to_deposit(booking, now=now))


def _to_deposit(booking: Booking, *, now: dt.datetime) -> str:
    """Return Stripe's page, or where it is without Stripe: the booking stands either way.

    One that is confirmed, or over, has no deposit to pay: nobody is led to pay something else.
    """
    if booking.status == Status.PENDING:
        with suppress(DomainError):
            return start_checkout(booking, now=now)
    return links.link("pay-booking", booking)


def _decline(request: HttpRequest, quote: Quote, now: dt.datetime) -> HttpResponse:
    # A browser sends no NUL, and PostgreSQL takes none.
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
    with suppress(DomainError):  # as above
        decline_quote(quote_id=quote.pk, reason=reason, actor=None, now=now)
    return HttpResponseRedirect(request.path)


ANSWERS = {"accept": _accept, "decline": _decline}


def _slot(text: str) -> tuple[dt.date | None, dt.time | None]:
    """Return the slot that a button names; without one, the quoted one is meant."""
    if not text:
        return None, None
    date, _, time = text.partition(" ")
    try:
        return dt.date.fromisoformat(date), dt.time.fromisoformat(time)
    except ValueError as error:
        raise BadRequest from error


def _state(request: HttpRequest, quote: Quote, *, now: dt.datetime) -> str:
    if quote.is_superseded:
        return "superseded"
    status = quote.status_at(now)
    if status != Quote.Status.SENT:
        return status
    if request.method != "POST" and request.GET.get("answer") == "decline":
        return "declining"
    return "open" if slot_is_open(quote, now=now) else "gone"


def _page(
    request: HttpRequest,
    quote: Quote,
    *,
    now: dt.datetime,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    state = _state(request, quote, now=now)
    context = {
        "quote": quote,
        "state": state,
        "problem": problem,
        "policy": policy.in_words(quote.rules, deposit_due=quote.deposit_due),
        "moves": fees.in_words(quote.rules),
        "pdf_url": links.link("quote-pdf", quote),
    }
    if state == "gone":
        context["slots"] = slots_instead(quote, now=now)
    if state == "superseded":
        context["newest_url"] = _newest_url(quote)
    if quote.booking:
        context["booking_url"] = links.link("pay-booking", quote.booking)
    return render(request, TEMPLATES.get(state, "pay/quote_closed.html"), context, status=status)


def _newest_url(quote: Quote) -> str | None:
    newest = newest_for_bearer(quote)
    return links.link("quote", newest) if newest else None
