"""The page where whoever has a quote's link reads it and answers."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.links import link, token
from bookings.models import Booking, Quote, RuleBook
from bookings.pricing import Item
from bookings.services import Contact
from bookings.services.quotes import decline_quote, offer_of, revise_quote, send_quote
from bookings.slots import local_date
from bookings.tests.factories import BookingFactory
from bookings.tests.quote_world import BIRTHDAY, SIX, draft_quote, sent_quote
from customers.tests.factories import ContactFactory, UserFactory
from payments.models import Payment
from payments.tests import stripe_world as stripe
from payments.tests.services.parties import pay_by_hand

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]


def in_a_month() -> dt.date:
    return local_date(timezone.now()) + dt.timedelta(days=30)


def sent(**options):
    return sent_quote(now=timezone.now(), **{"date": in_a_month()} | options)


def address(quote: Quote) -> str:
    return reverse("quote", args=[token(quote)])


def words(answer) -> str:
    body = re.sub(r"<head>.*?</head>", "", answer.content.decode(), flags=re.DOTALL)
    text = " ".join(re.sub(r"<[^>]+>", " ", body).split())
    return text.replace("&#x27;", "'")


def buttons(answer) -> list[str]:
    found = re.findall(r"<button[^>]*>(.*?)</button>", answer.content.decode(), flags=re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in found]


def accept(client, quote, **form):
    return client.post(address(quote), {"answer": "accept", **form})


def fill(date: dt.date) -> None:
    BookingFactory.create_batch(2, date=date, time=SIX)


def test_it_says_what_when_where_and_for_how_much_and_under_which_policy(client):
    quote = sent(
        guests=12,
        children=2,
        add_ons=(Item(code="lobster", quantity=2),),
        extra_lines=(BIRTHDAY,),
        message="See you soon\nAnn",
    )
    answer = client.get(address(quote))
    said = words(answer)
    day = quote.date
    for fact in (
        f"Our offer for {day:%A, %B} {day.day}, valid until",
        "See you soon Ann",
        f"Date {day:%a, %B} {day.day}, {day.year} Time 6:00 PM Place 1 A St, San Jose, CA",
        "Guests 12 (10 adults, 2 children)",
        "Adult 10 × $55.00 $550.00 Child 2 × $30.00 $60.00 Lobster 2 × $15.00 $30.00",
        "Birthday discount -$50.00 Total $590.00 Deposit on accepting $100.00",
        "7 days or more before the party: all of it back.",
        "The first move is free when made 48 hours or more before the party",
        f"Quote {quote.reference}",
    ):
        assert fact in said
    assert buttons(answer) == ["Accept and pay the deposit of $100.00"]


def test_the_policy_and_the_price_are_those_of_its_day(client):
    quote = sent()
    RuleBook.objects.create(
        effective_from=local_date(timezone.now()), deposit=20000, cancel_full_refund_hours=24 * 30
    )
    page = client.get(address(quote))
    assert "7 days or more before the party" in words(page)
    assert buttons(page) == ["Accept and pay the deposit of $100.00"]


def test_it_is_private_and_leads_to_stripe_alone(client):
    answer = client.get(address(sent()))
    assert "noindex" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    policy = answer["Content-Security-Policy"]
    assert "form-action 'self' http" in policy
    assert "script-src 'self'" in policy


def test_a_name_that_is_markup_stays_text(client):
    quote = sent(message="<script>alert(1)</script>", location="<b>1 A St</b>, San Jose, CA")
    page = client.get(address(quote)).content.decode()
    assert "<script>" not in page
    assert "<b>1 A St" not in page


def test_accepting_holds_the_slot_and_leads_to_stripe_for_the_deposit(client):
    quote = sent(extra_lines=(BIRTHDAY,))
    answer = accept(client, quote)
    booking, payment = Booking.objects.get(), Payment.objects.get()
    assert (booking.quote, booking.status, booking.total) == (quote, "pending", 50000)
    assert (payment.booking, payment.amount, payment.payment_type) == (booking, 10000, "deposit")
    session = stripe.call("GET", f"checkout/sessions/{payment.stripe_checkout_session_id}")
    assert (answer.status_code, answer["Location"]) == (302, session["url"])


def test_accepting_twice_leads_to_the_same_page_of_stripes(client):
    quote = sent()
    first, second = (accept(client, quote)["Location"] for _ in range(2))
    assert first == second
    assert Booking.objects.count() == Payment.objects.count() == 1


def test_accepting_again_once_the_deposit_is_paid_asks_for_no_other_payment(client):
    quote = sent()
    accept(client, quote)
    booking = Booking.objects.get()
    pay_by_hand(booking, amount=10000)

    answer = accept(client, quote)

    assert answer["Location"] == link("pay-booking", booking)


def test_accepting_what_takes_no_deposit_asks_for_no_payment(client):
    RuleBook.objects.create(effective_from=local_date(timezone.now()), deposit=0)

    answer = accept(client, sent())

    booking = Booking.objects.get()
    assert (booking.status, answer["Location"]) == ("confirmed", link("pay-booking", booking))


def test_where_stripe_is_down_the_booking_stands_and_can_be_paid_later(client, sandbox):
    quote = sent()
    fault = {"kind": "reset", "path": "/v1/checkout/sessions", "method": "POST", "times": 10}
    sandbox.control("POST", "faults", {"api": [fault]})
    answer = accept(client, quote)
    booking = Booking.objects.get(quote=quote)
    assert answer["Location"] == link("pay-booking", booking)
    page = client.get(address(quote))
    assert f"It has become booking {booking.reference}" in words(page)
    assert link("pay-booking", booking) in page.content.decode()


def test_accepting_needs_the_forms_token_of_the_browser():
    quote = sent()
    strict = Client(enforce_csrf_checks=True)
    strict.get(address(quote))
    assert accept(strict, quote).status_code == 403
    assert not Booking.objects.exists()


def test_reading_it_changes_nothing_however_it_is_asked_for(client):
    quote = sent()
    for query in ("", "?answer=accept", "?answer=decline"):
        assert client.get(address(quote) + query).status_code == 200
        assert client.head(address(quote) + query).status_code == 200
    quote.refresh_from_db()
    assert quote.status == "sent"


def test_a_slot_that_is_gone_is_replaced_by_one_nearby_at_the_same_price(client):
    quote = sent(extra_lines=(BIRTHDAY,))
    fill(quote.date)

    page = client.get(address(quote))

    assert "This time is no longer free" in words(page)
    assert len(buttons(page)) == 4
    assert buttons(page)[0].endswith("Accept and pay the deposit of $100.00")
    chosen = re.findall(r'name="slot" value="([^"]+)"', page.content.decode())[0]

    answer = accept(client, quote, slot=chosen)

    booking = Booking.objects.get(quote=quote)
    assert (f"{booking.date} {booking.time:%H:%M}", booking.total) == (chosen, 50000)
    payment = Payment.objects.get(booking=booking)
    session = stripe.call("GET", f"checkout/sessions/{payment.stripe_checkout_session_id}")
    assert (answer.status_code, answer["Location"]) == (302, session["url"])


def test_a_slot_that_goes_while_the_page_is_read_is_refused_with_others(client):
    quote = sent()
    client.get(address(quote))
    fill(quote.date)
    answer = accept(client, quote)
    assert answer.status_code == 409
    assert "Somebody was quicker, so nothing was booked and nothing was charged." in words(answer)
    assert len(buttons(answer)) == 4
    assert not Payment.objects.exists()


def test_another_slot_is_not_taken_while_the_quoted_one_is_open(client):
    quote = sent()
    answer = accept(client, quote, slot=f"{quote.date} 12:00")
    assert answer.status_code == 409
    assert "the time of your quote is free again" in words(answer)
    assert accept(client, quote, slot="whenever").status_code == 400
    assert not Booking.objects.exists()


def test_a_quote_is_declined_after_a_question(client):
    quote = sent()
    question = client.get(address(quote) + "?answer=decline")
    assert buttons(question) == ["Decline"]
    form = {"answer": "decline", "reason": "Too dear"}
    answer = client.post(address(quote), form, follow=True)
    assert "You declined this quote" in words(answer)
    quote.refresh_from_db()
    assert (quote.status, quote.decline_reason) == ("declined", "Too dear")


def test_a_form_that_no_browser_sends_is_refused_or_read_as_far_as_it_goes(client):
    quote = sent()
    for form in ({}, {"answer": ""}, {"answer": "perhaps"}):
        assert client.post(address(quote), form).status_code == 400
    quote.refresh_from_db()
    assert quote.status == "sent"
    client.post(address(quote), {"answer": "decline", "reason": "No\0pe" + "!" * 3000})
    quote.refresh_from_db()
    assert quote.decline_reason == "Nope" + "!" * 1996


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (
            lambda quote, staff: Quote.objects.filter(pk=quote.pk).update(
                expires_at=timezone.now() - dt.timedelta(seconds=1)
            ),
            "This quote has expired",
        ),
        (
            lambda quote, staff: decline_quote(quote_id=quote.pk, actor=None, now=timezone.now()),
            "You declined this quote",
        ),
        (
            lambda quote, staff: revise_quote(quote_id=quote.pk, actor=staff, now=timezone.now()),
            "There is a newer version of this quote",
        ),
    ],
)
def test_what_is_over_says_so_and_can_not_be_accepted(client, spoil, says):
    quote = sent()
    spoil(quote, UserFactory(role="support"))
    page = client.get(address(quote))
    assert says in words(page)
    assert buttons(page) == []
    for answer in ("accept", "decline"):
        assert says in words(client.post(address(quote), {"answer": answer}, follow=True))
    assert not Booking.objects.exists()


def test_the_old_link_leads_to_the_newest_version_once_that_is_sent_to_the_same_person(client):
    staff, now = UserFactory(role="support"), timezone.now()
    old = sent(customer=ContactFactory(email="ada@example.com"))
    second = revise_quote(quote_id=old.pk, actor=staff, now=now)
    assert "on its way" in words(client.get(address(old)))
    send_quote(quote_id=second.pk, actor=staff, now=now)
    third = revise_quote(quote_id=second.pk, actor=staff, now=now)
    send_quote(quote_id=third.pk, actor=staff, now=now)

    for older in (old, second):
        assert link("quote", third) in client.get(address(older)).content.decode()
    assert buttons(client.get(address(third))) == ["Accept and pay the deposit of $100.00"]


def test_the_old_link_does_not_lead_a_wrong_person_to_the_newest_version(client):
    staff, now = UserFactory(role="support"), timezone.now()
    old = sent(customer=ContactFactory(email="wrong@example.com"))
    corrected = replace(offer_of(old), contact=Contact(name="Ada", email="ada@example.com"))
    new = revise_quote(quote_id=old.pk, offer=corrected, actor=staff, now=now)
    send_quote(quote_id=new.pk, actor=staff, now=now)
    page = client.get(address(old))
    assert link("quote", new) not in page.content.decode()
    assert "Please look for our newest message" in words(page)


def test_a_paid_quote_leads_to_its_booking(client):
    quote = sent()
    accept(client, quote)
    booking = Booking.objects.get()
    Booking.objects.update(status="confirmed", hold_expires_at=None)
    page = client.get(address(quote))
    assert "See your booking" in words(page)
    assert link("pay-booking", booking) in page.content.decode()


def test_a_quote_of_nothing_is_booked_without_stripe(client):
    quote = sent(extra_lines=(replace(BIRTHDAY, unit_amount=-55000),))
    assert buttons(client.get(address(quote))) == ["Accept and book"]
    answer = accept(client, quote)
    booking = Booking.objects.get()
    assert (booking.status, answer["Location"]) == ("confirmed", link("pay-booking", booking))


def test_no_other_link_opens_a_quote(client):
    quote, booking = sent(), BookingFactory()
    draft = draft_quote(date=in_a_month(), now=timezone.now())
    proof = token(quote)
    for wrong in (
        proof[:-1] + ("A" if proof[-1] != "A" else "B"),
        proof.split(":")[0],
        token(booking),
        token(draft),
        str(quote.pk),
        quote.reference,
        "nonsense",
    ):
        for path in (f"/quotes/{wrong}", f"/quotes/{wrong}.pdf"):
            assert client.get(path).status_code == 404
        for answer in ("accept", "decline"):
            assert client.post(f"/quotes/{wrong}", {"answer": answer}).status_code == 404
    assert not Booking.objects.filter(quote__isnull=False).exists()


def test_the_pdf_comes_by_the_same_link(client):
    quote = sent()
    page = client.get(address(quote))
    url = link("quote-pdf", quote)
    assert f'href="{url}"' in page.content.decode()
    answer = client.get(reverse("quote-pdf", args=[token(quote)]))
    assert (answer.status_code, answer["Content-Type"], answer["X-Robots-Tag"]) == (
        200, "application/pdf", "noindex",
    )  # fmt: skip
    assert answer["Content-Disposition"] == f'inline; filename="{quote.reference}-v1.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer["Cache-Control"]


def test_accepting_keeps_when_the_terms_were_accepted_and_from_where(client):
    quote = sent()
    said = words(client.get(address(quote)))
    assert "By accepting you agree to what “If plans change” says below." in said
    before = timezone.now()

    accept(client, quote)

    booking = Booking.objects.get()
    assert booking.client_ip == "127.0.0.1"
    assert booking.terms_accepted_at
    assert before <= booking.terms_accepted_at <= timezone.now()
