"""Quotes over HTTP: who may do what, and what they are told."""

import datetime as dt
from dataclasses import replace

import pytest
from rest_framework.test import APIClient

from bookings import links
from bookings.models import Booking, Quote
from bookings.services.quotes import create_quote, revise_quote, send_quote
from bookings.tests.factories import BookingFactory
from bookings.tests.quote_world import (
    BIRTHDAY,
    DATE,
    NOW,
    SIX,
    an_offer,
    draft_quote,
    sent_quote,
)
from customers.tests.factories import CustomerFactory, UserFactory
from myhibachi.core import idempotency
from myhibachi.core.models import IdempotencyKey

pytestmark = pytest.mark.django_db

BODY = {"date": "2027-07-03", "time": "18:00", "guests": 8, "location": "1 A St, San Jose, CA"}


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def ada():
    return CustomerFactory(name="Ada Guest")


@pytest.fixture
def support():
    return UserFactory(role="support")


def client_of(user=None):
    client = APIClient()
    if user:
        client.force_authenticate(user)
    return client


def post(client, path, body=None, **headers):
    return client.post(f"/api/quotes{path}", body or {}, format="json", headers=headers)


def refusal(response):
    error = response.json()["errors"][0]
    return response.status_code, error["code"]


def test_staff_draft_a_quote_for_whom_they_name(support):
    body = BODY | {
        "contact_name": "Cy Caller",
        "contact_email": "cy@example.com",
        "extra_lines": [{"label": "Birthday discount", "unit_amount": -5000}],
        "message": "As we said",
    }

    answer = post(client_of(support), "", body)

    quote = Quote.objects.get()
    assert quote.customer.email == "cy@example.com"
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "id": str(quote.pk),
            "reference": quote.reference,
            "version": 1,
            "superseded": False,
            "customer_id": str(quote.customer_id),
            "status": "draft",
            "asked_by_customer": False,
            "date": "2027-07-03",
            "time": "18:00",
            "guests": 8,
            "adults": 8,
            "children": 0,
            "toddlers": 0,
            "menu": "adult",
            "add_ons": [],
            "proteins": [],
            "notes": "",
            "allergies": "",
            "location": "1 A St, San Jose, CA",
            "location_needs_review": False,
            "contact_name": "Cy Caller",
            "contact_email": "cy@example.com",
            "contact_phone": "",
            "message": "As we said",
            "currency": "usd",
            "lines": quote.lines,
            "total": 50000,
            "deposit_due": 10000,
            "tax_mode": "off",
            "created_at": "2027-06-01T12:00:00-07:00",
            "sent_at": None,
            "expires_at": None,
            "answered_at": None,
            "decline_reason": "",
            "booking_id": None,
            "booking_reference": None,
            "url": None,
        },
    )


def test_the_same_key_makes_one_quote(support):
    client = client_of(support)
    answers = [post(client, "", BODY, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Quote.objects.count() == 1


def sent_twice(client, path, body):
    """Send a request whose process dies before it has answered, and again; return both answers."""
    first = post(client, path, body, **{"Idempotency-Key": "once"})
    died = NOW - 2 * idempotency.IN_FLIGHT_FOR
    IdempotencyKey.objects.update(status=None, body="", started_at=died)
    return first, post(client, path, body, **{"Idempotency-Key": "once"})


def test_a_request_whose_process_died_before_it_answered_drafts_no_second_quote(support):
    first, again = sent_twice(client_of(support), "", BODY)
    assert (again.status_code, again.json()) == (201, first.json())
    assert Quote.objects.count() == 1


def test_a_key_that_is_a_day_old_drafts_anew(support, time_machine):
    client = client_of(support)
    first = post(client, "", BODY, **{"Idempotency-Key": "once"})
    time_machine.move_to(NOW + idempotency.KEPT_FOR + dt.timedelta(seconds=1), tick=False)
    again = post(client, "", BODY, **{"Idempotency-Key": "once"})
    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]


def test_a_revision_whose_process_died_before_it_answered_is_answered_again(support):
    quote = sent_quote()
    first, again = sent_twice(client_of(support), f"/{quote.pk}/revise", {"guests": 9})
    assert (again.status_code, again.json()) == (201, first.json())
    assert Quote.objects.count() == 2


def test_who_asks_for_a_quote_sees_no_price_until_it_is_sent(ada, support):
    client = client_of(ada.user)
    asked = post(client, "", BODY).json()
    assert (asked["status"], asked["total"], asked["lines"], asked["deposit_due"]) == (
        "requested", None, None, None,
    )  # fmt: skip

    post(client_of(support), f"/{asked['id']}/send")

    sent = client.get(f"/api/quotes/{asked['reference']}").json()
    assert (sent["status"], sent["total"]) == ("sent", 55000)
    assert sent["url"] == links.link("quote", Quote.objects.get())


def test_a_customer_adjusts_no_price(ada):
    body = BODY | {"extra_lines": [{"label": "For me", "unit_amount": -5000}]}
    assert refusal(post(client_of(ada.user), "", body)) == (403, "permission_denied")
    assert not Quote.objects.exists()


def test_a_quote_is_sent_until_a_moment(support):
    quote = draft_quote()
    until = {"expires_at": "2027-06-03T00:00:00-07:00"}
    answer = post(client_of(support), f"/{quote.pk}/send", until).json()
    assert (answer["status"], answer["expires_at"]) == ("sent", until["expires_at"])
    again = post(client_of(support), f"/{quote.pk}/send")
    assert refusal(again) == (409, "invalid_status")


def test_a_revision_keeps_what_is_not_changed(support, ada):
    old = sent_quote(customer=ada, guests=12, children=2, extra_lines=(BIRTHDAY,), message="Hi")

    answer = post(client_of(support), f"/{old.pk}/revise", {"guests": 14, "message": ""})

    new = answer.json()
    assert answer.status_code == 201
    assert {name: new[name] for name in ("version", "status", "guests", "adults", "children")} == {
        "version": 2, "status": "draft", "guests": 14, "adults": 12, "children": 2,
    }  # fmt: skip
    assert (new["total"], new["message"], new["contact_name"]) == (67000, "", "Ada Guest")
    # The customer sees the version they have, and that it is void.
    seen = client_of(ada.user).get(f"/api/quotes/{old.reference}").json()
    assert (seen["version"], seen["superseded"], seen["total"]) == (1, True, 56000)


def test_a_reference_names_the_newest_version(support):
    old = sent_quote()
    new = revise_quote(quote_id=old.pk, actor=support, now=NOW)
    client = client_of(support)
    assert client.get(f"/api/quotes/{old.reference.lower()}").json()["id"] == str(new.pk)
    assert client.get(f"/api/quotes/{old.pk}").json()["superseded"] is True


def test_the_owner_accepts_and_is_told_where_to_pay(ada):
    quote = sent_quote(customer=ada)
    client = client_of(ada.user)

    answers = [post(client, f"/{quote.reference}/accept") for _ in range(2)]

    booking = Booking.objects.get()
    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (
            200,
            {
                "booking_id": str(booking.pk),
                "booking_reference": booking.reference,
                "status": "pending",
                "total": 55000,
                "deposit_due": 10000,
                "hold_expires_at": "2027-06-01T14:00:00-07:00",
                "pay_url": links.link("pay-booking", booking),
            },
        )
    ] * 2
    shown = client.get(f"/api/quotes/{quote.pk}").json()
    assert (shown["status"], shown["booking_reference"]) == ("accepted", booking.reference)


def test_the_bearer_of_the_link_accepts_by_body_or_query():
    first, second = sent_quote(), sent_quote()
    nobody = client_of()
    by_body = post(nobody, f"/{first.pk}/accept", {"token": links.token(first)})
    by_query = post(nobody, f"/{second.reference}/accept?token={links.token(second)}")
    assert [by_body.status_code, by_query.status_code] == [200, 200]
    assert Booking.objects.count() == 2


def test_a_slot_that_is_gone_comes_with_open_ones_and_one_of_them_is_taken():
    quote = sent_quote()
    BookingFactory.create_batch(2, date=DATE, time=SIX)
    proof = {"token": links.token(quote)}
    refused = post(client_of(), f"/{quote.pk}/accept", proof)
    assert refusal(refused) == (409, "slot_full")
    near = refused.json()["errors"][0]["open_slots"][0]

    answer = post(client_of(), f"/{quote.pk}/accept", proof | near)

    booking = Booking.objects.get(quote=quote)
    assert (answer.status_code, booking.time, booking.total) == (200, dt.time(12), 55000)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda quote, staff: revise_quote(quote_id=quote.pk, actor=staff, now=NOW), "superseded"),
        (
            lambda quote, staff: Quote.objects.filter(pk=quote.pk).update(expires_at=NOW),
            "expired",
        ),
        (lambda quote, staff: post(client_of(staff), f"/{quote.pk}/decline"), "not_open"),
    ],
)
def test_what_is_over_is_not_accepted(support, spoil, code):
    quote = sent_quote()
    spoil(quote, support)
    refused = post(client_of(), f"/{quote.pk}/accept", {"token": links.token(quote)})
    assert refusal(refused) == (409, f"quote_{code}")
    assert not Booking.objects.exists()


def test_the_bearer_of_the_link_declines_with_a_reason():
    quote = sent_quote()
    body = {"token": links.token(quote), "reason": "Too dear"}
    answer = post(client_of(), f"/{quote.pk}/decline", body)
    assert answer.json() == {
        "id": str(quote.pk),
        "reference": quote.reference,
        "status": "declined",
    }
    quote.refresh_from_db()
    assert quote.decline_reason == "Too dear"


@pytest.mark.parametrize(
    ("path", "who", "answer"),
    [
        ("", "a stranger", 404),
        ("/send", "a stranger", 404),
        ("/revise", "a stranger", 404),
        ("/accept", "a stranger", 404),
        ("/decline", "a stranger", 404),
        ("", "nobody", 401),
        ("/send", "nobody", 401),
        ("/revise", "nobody", 401),
        ("/accept", "nobody", 401),
        ("/decline", "nobody", 401),
        ("/send", "the owner", 403),
        ("/revise", "the owner", 403),
    ],
)
def test_nobody_touches_anothers_quote(ada, path, who, answer):
    quote = sent_quote(customer=ada)
    user = {"a stranger": CustomerFactory().user, "nobody": None, "the owner": ada.user}[who]
    for name in (quote.pk, quote.reference):
        client = client_of(user)
        response = post(client, f"/{name}{path}") if path else client.get(f"/api/quotes/{name}")
        assert response.status_code == answer
    quote.refresh_from_db()
    assert (quote.status, quote.is_superseded) == ("sent", False)


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_a_token_opens_one_quote_alone(verb):
    quote, other, draft = sent_quote(), sent_quote(), draft_quote()
    booking = BookingFactory()
    for named, token in (
        (quote, links.token(other)),
        (quote, links.token(quote)[:-1] + "x"),
        (quote, links.token(booking)),
        (quote, "nonsense"),
        (draft, links.token(draft)),
    ):
        assert post(client_of(), f"/{named.pk}/{verb}", {"token": token}).status_code == 404
    assert set(Quote.objects.values_list("status", flat=True)) == {"sent", "draft"}


def test_a_draft_is_hidden_from_its_customer(ada):
    draft = draft_quote(customer=ada)
    client = client_of(ada.user)
    assert client.get(f"/api/quotes/{draft.pk}").status_code == 404
    assert client.get("/api/quotes").json()["results"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["sent", "sent v1", "draft"]),
        ("?status=draft", ["draft"]),
        ("?superseded=true", ["sent v1"]),
        ("?superseded=false", ["sent", "draft"]),
    ],
)
def test_staff_list_quotes_newest_first(support, query, found):
    draft_quote(message="draft")
    old = sent_quote(message="sent v1")
    offer = replace(an_offer(), message="sent")
    later = NOW + dt.timedelta(hours=1)
    new = revise_quote(quote_id=old.pk, offer=offer, actor=support, now=later)
    send_quote(quote_id=new.pk, actor=support, now=later)
    listed = client_of(support).get(f"/api/quotes{query}").json()["results"]
    assert [quote["message"] for quote in listed] == found


def test_a_customer_lists_what_they_asked_for_and_were_sent(ada):
    sent = sent_quote(customer=ada)
    asked = create_quote(offer=an_offer(), asked_by_customer=True, actor=ada.user, now=NOW)
    draft_quote(customer=ada)
    sent_quote()
    listed = client_of(ada.user).get("/api/quotes").json()["results"]
    assert {(quote["id"], quote["status"]) for quote in listed} == {
        (str(sent.pk), "sent"),
        (str(asked.pk), "requested"),
    }


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"extra_lines": [{"label": "x", "unit_amount": -60000}]}, "extra_lines"),
        ({"extra_lines": [{"label": "", "unit_amount": 1}]}, "extra_lines.0.label"),
        ({"extra_lines": [{"label": "x", "unit_amount": 10**12}]}, "extra_lines.0.unit_amount"),
        ({"date": "2027-06-02"}, "date"),
        ({"time": "17:00"}, "time"),
        ({"guests": 151}, "guests"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(support, body, attr):
    response = post(client_of(support), "", BODY | body)
    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, attr)
    assert not Quote.objects.exists()
