"""The question whether money is for a booking, and the one whether it is a known payment."""

from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from bookings.models import Booking
from bookings.services.payable import PAYABLE
from customers.models import User
from myhibachi.core.errors import DomainError
from myhibachi.core.money import format_cents
from payments.admin.booking_page import refused
from payments.admin.money_in_page import back_to, page
from payments.models import MoneyIn, Payment
from payments.services.money_in.decide import PERMISSION, link_to_payment, record_on_booking
from payments.services.money_in.lookalikes import lookalikes
from payments.services.money_in.match import may_be_the_same, recorded_by_hand

NAME = "payments_moneyin_record"
LINK_NAME = "payments_moneyin_link"
OWED, SPLIT, TIP = "owed", "split", "tip"


class RecordForm(forms.Form):
    """What of the money pays the bill, and what is a gratuity."""

    how = forms.ChoiceField(label="Record it as", widget=forms.RadioSelect)
    # What the person was shown as the gratuity, in cents.
    rest = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, line: MoneyIn, booking: Booking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rest = max(line.amount - booking.balance, 0)
        self.fields["rest"].initial = rest
        choices = list(_choices(line, booking, rest))
        self.fields["how"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField's
        self.fields["how"].initial = choices[0][0]


def _choices(line: MoneyIn, booking: Booking, rest: int) -> Iterator[tuple[str, str]]:
    owed = format_cents(booking.balance, booking.currency)
    if not rest:
        yield OWED, f"Money for what is owed, which is {owed}"
    elif booking.balance:
        tip = format_cents(rest, booking.currency)
        yield SPLIT, f"{owed} for all that is owed, and the other {tip} as a gratuity"
    yield TIP, "A gratuity, all of it"


def view(request: HttpRequest, money_in_id: UUID, booking_id: UUID) -> HttpResponse:
    """Ask whether this money is for this booking; record it there."""
    line = _line(request, money_in_id)
    known = Booking.objects.select_related("customer")
    booking = get_object_or_404(known, pk=booking_id)
    if request.method != "POST":
        return _page(request, line, booking, RecordForm(line=line, booking=booking))
    form = RecordForm(request.POST, line=line, booking=booking)
    if not form.is_valid():
        return _page(request, line, booking, form)
    how, actor = form.cleaned_data["how"], cast(User, request.user)
    try:
        record_on_booking(
            money_in_id=line.pk,
            booking_id=booking.pk,
            as_tip=how == TIP,
            tip_the_rest=form.cleaned_data["rest"] if how == SPLIT else 0,
            actor=actor,
            now=timezone.now(),
        )
    except DomainError as error:
        booking.refresh_from_db()
        again = RecordForm(request.POST, line=line, booking=booking)
        return _page(request, line, booking, refused(again, error))
    amount = format_cents(line.amount, line.currency)
    messages.success(request, f"{amount} recorded on {booking.reference}.")
    return back_to(line)


def link(request: HttpRequest, money_in_id: UUID, payment_id: UUID) -> HttpResponse:
    """Ask whether this money is a payment that staff have recorded; note it."""
    line = _line(request, money_in_id)
    payment = get_object_or_404(Payment.objects.select_related("booking"), pk=payment_id)
    refusal = ""
    if request.method == "POST":
        actor, now = cast(User, request.user), timezone.now()
        try:
            link_to_payment(money_in_id=line.pk, payment_id=payment.pk, actor=actor, now=now)
        except DomainError as error:
            refusal = error.detail
        else:
            messages.success(request, "Noted. Nothing was counted a second time.")
            return back_to(line)
    return page(request, "link", title="Same money", line=line, payment=payment, refusal=refusal)


def _line(request: HttpRequest, money_in_id: UUID) -> MoneyIn:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    return get_object_or_404(MoneyIn, pk=money_in_id)


def _page(request: HttpRequest, line: MoneyIn, booking: Booking, form: RecordForm) -> HttpResponse:
    by_hand = recorded_by_hand().filter(booking=booking)
    return page(
        request,
        "record",
        title="Record",
        line=line,
        booking=booking,
        form=form,
        is_over=booking.status not in PAYABLE,
        alike=lookalikes([line]).get(line.fingerprint, ""),
        perhaps=[each for each in by_hand if may_be_the_same(line, each)],
    )
