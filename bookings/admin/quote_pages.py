"""What is done to a quote on a page of its own: sending it, and reading it on paper."""

import datetime as dt
from typing import cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from bookings import quote_pdf
from bookings.models import Quote
from bookings.queries.quotes import slot_is_open
from bookings.services.quotes import send_quote
from bookings.services.quotes.send import last_moment, usual_end
from bookings.slots import local_date
from customers.models import User
from myhibachi.core.errors import DomainError


class SendForm(forms.Form):
    """Until when the quote is to be valid."""

    until = forms.DateField(
        label="Valid until",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The end of this day, or the last moment at which the party can be booked.",
    )

    def expires_at(self) -> dt.datetime:
        """Return the end of the day that was chosen, at the venue."""
        day = dt.timedelta(days=1)
        midnight = dt.datetime.combine(self.cleaned_data["until"] + day, dt.time())
        return timezone.make_aware(midnight)


def send(request: HttpRequest, quote_id: UUID) -> HttpResponse:
    """Show what would be sent to whom; send it."""
    if not request.user.has_perm("bookings.change_quote"):
        raise PermissionDenied
    quote = get_object_or_404(Quote.objects.select_related("customer"), pk=quote_id)
    now = timezone.now()
    if request.method != "POST":
        return _page(request, quote, _empty_form(now), now=now)
    form = SendForm(request.POST)
    if not form.is_valid():
        return _page(request, quote, form, now=now)
    try:
        send_quote(
            quote_id=quote.pk,
            expires_at=form.expires_at(),
            actor=cast(User, request.user),
            now=now,
        )
    except DomainError as error:
        form.add_error("until" if error.attr == "expires_at" else None, error.detail)
        return _page(request, quote, form, now=now)
    _say(request, quote)
    return redirect("admin:bookings_quote_change", quote.pk)


def pdf(request: HttpRequest, quote_id: UUID) -> HttpResponse:
    """Return the quote on paper."""
    if not request.user.has_perm("bookings.view_quote"):
        raise PermissionDenied
    quote = get_object_or_404(Quote, pk=quote_id)
    answer = HttpResponse(quote_pdf.render(quote), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{quote.reference}-v{quote.version}.pdf"'
    return answer


def _say(request: HttpRequest, quote: Quote) -> None:
    if quote.contact_email:
        messages.success(request, f"{quote} is on its way to {quote.contact_email}.")
    else:
        messages.warning(request, f"{quote} can be accepted now: pass its link on.")


def _empty_form(now: dt.datetime) -> SendForm:
    return SendForm(initial={"until": local_date(usual_end(now))})


def _page(request: HttpRequest, quote: Quote, form: SendForm, *, now: dt.datetime) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Send a quote",
        "opts": Quote._meta,
        "quote": quote,
        "form": form,
        "problem": _problem(quote, now=now),
        "is_full": not slot_is_open(quote, now=now),
    }
    return render(request, "admin/bookings/quote/send.html", context)


def _problem(quote: Quote, *, now: dt.datetime) -> str:
    """Return why it can't be sent whatever one types; empty where it can."""
    if quote.status != Quote.Status.DRAFT:
        return f"It is {quote.status} already."
    try:
        last_moment(quote, now)
    except DomainError as error:
        return error.detail
    return ""
