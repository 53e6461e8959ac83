"""What belongs to somebody else is not there: not by its id, in no list, by no link's token."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signing import Signer
from django.db.models import Model
from django.urls import get_resolver, resolve, reverse
from rest_framework.test import APIClient

from bookings.links import token
from bookings.tests.factories import BookingFactory, WaitlistEntryFactory
from bookings.tests.quote_world import NOW, sent_quote
from customers.tests.factories import CustomerFactory, UserFactory
from myhibachi.core.ids import uuid7
from payments.tests.factories import DisputeFactory, InvoiceFactory, PaymentFactory, RefundFactory

BOOKING = {"date": "2027-07-03", "time": "18:00", "guests": 8, "location": "San Jose, CA"}

# Each call that takes an id, and what it is sent: by a customer it answers a 404 for what is not
# theirs. Staff alone use `send` and `revise`; whose the quote is not learns no more than others.
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    *(
        call
        for name in ("{booking}", "{reference}")
        for call in (
            ("get", f"/api/bookings/{name}", {}),
            ("put", f"/api/bookings/{name}", BOOKING),
            ("patch", f"/api/bookings/{name}", {"notes": "Mine now"}),
            ("get", f"/api/bookings/{name}/timeline", {}),
            ("post", f"/api/bookings/{name}/cancel", {"reason": "Spite"}),
            ("post", f"/api/bookings/{name}/cancel?preview=true", {}),
            ("post", f"/api/bookings/{name}/reschedule", BOOKING),
            ("post", f"/api/bookings/{name}/reschedule?preview=true", BOOKING),
            ("post", "/api/stripe/create-checkout-session", {"booking_id": name}),
            ("post", "/api/stripe/create-payment-intent", {"booking_id": name}),
        )
    ),
    *(
        call
        for name in ("{quote}", "{quote_reference}")
        for call in (
            ("get", f"/api/quotes/{name}", {}),
            ("post", f"/api/quotes/{name}/accept", {}),
            ("post", f"/api/quotes/{name}/decline", {}),
            ("post", f"/api/quotes/{name}/send", {}),
            ("post", f"/api/quotes/{name}/revise", {"guests": 2}),
        )
    ),
    ("get", "/api/waitlist/{entry}", {}),
    ("delete", "/api/waitlist/{entry}", {}),
]
# Staff alone make these calls: whether there is such a thing, a customer can't tell.
STAFF_CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("post", "/api/stripe/refund", {"payment_id": "{payment}"}),
    ("post", "/api/stripe/refunds/{refund}/approve", {}),
    ("post", "/api/stripe/refunds/{refund}/reject", {"reason": "No."}),
    ("post", "/api/stripe/invoices", {"booking_id": "{booking}"}),
    (
        "post",
        "/api/stripe/payments/manual",
        {"booking_id": "{booking}", "amount": 100, "method": "zelle", "payment_type": "deposit"},
    ),
]
LISTS = [
    *(
        f"/api/{name}{query}"
        for name in ("bookings", "quotes", "waitlist")
        for query in ("", "?customer_id={customer}")
    ),
    *(
        f"/api/stripe/{name}{query}"
        for name in ("payments", "refunds", "disputes", "invoices")
        for query in (
            "",
            "?booking_id={booking}",
            "?booking_id={reference}",
            "?customer={customer}",
        )
    ),
    "/api/stripe/refunds?payment_id={payment}",
    "/api/stripe/disputes?payment_id={payment}",
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def owner():
    return CustomerFactory(user__email="owner@example.com")


@pytest.fixture
def theirs(owner):
    """Return the ids of one of each kind of thing, all of one customer."""
    booking = BookingFactory(customer=owner, date=dt.date(2027, 8, 1))
    quote = sent_quote(customer=owner)
    payment = PaymentFactory(booking=booking, status="succeeded")
    refund = RefundFactory(payment=payment)
    DisputeFactory(payment=payment)
    InvoiceFactory(booking=booking)
    return {
        "customer": owner.pk,
        "booking": booking.pk,
        "reference": booking.reference,
        "quote": quote.pk,
        "quote_reference": quote.reference,
        "entry": WaitlistEntryFactory(customer=owner).pk,
        "payment": payment.pk,
        "refund": refund.pk,
    }


NOBODYS = {
    "customer": uuid7(),
    "booking": uuid7(),
    "reference": "H-AAAAAAA",
    "quote": uuid7(),
    "quote_reference": "Q-AAAAAAA",
    "entry": uuid7(),
    "payment": uuid7(),
    "refund": uuid7(),
}


@pytest.fixture(params=["a customer", "one with the same email", "one without a customer"])
def stranger(request, owner):
    """Return a client of somebody else."""
    if request.param == "a customer":
        return client_of(CustomerFactory().user)
    if request.param == "one without a customer":
        return client_of(UserFactory())
    # Nobody proved that the address is theirs.
    return client_of(CustomerFactory(email=owner.email).user)


def client_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def answers(client, calls, ids):
    """Return the status and the body of each call's answer."""
    return {
        f"{method} {path} {body}": answer(client, method, path.format(**ids), body, ids)
        for method, path, body in calls
    }


def answer(client, method, path, body, ids):
    filled = {name: text.format(**ids) if "{" in str(text) else text for name, text in body.items()}
    response = getattr(client, method)(path, filled, format="json")
    return response.status_code, response.content


def listed(client, ids):
    return {path: len(client.get(path.format(**ids)).json()["results"]) for path in LISTS}


def test_what_is_somebody_elses_answers_as_what_is_not_there(stranger, theirs):
    found = answers(stranger, CALLS, theirs)

    assert found == answers(stranger, CALLS, NOBODYS)
    assert {status for status, _ in found.values()} == {404}


def test_without_a_token_it_is_not_there_either(theirs):
    found = answers(APIClient(), CALLS, theirs)

    assert found == answers(APIClient(), CALLS, NOBODYS)
    assert {status for status, _ in found.values()} == {401}


def test_what_only_staff_do_tells_a_customer_nothing(stranger, theirs):
    found = answers(stranger, STAFF_CALLS, theirs)

    assert found == answers(stranger, STAFF_CALLS, NOBODYS)
    assert {status for status, _ in found.values()} == {403}


def test_no_list_has_what_is_somebody_elses(stranger, theirs):
    assert listed(stranger, theirs) == dict.fromkeys(LISTS, 0)


def test_each_list_has_ones_own(owner, theirs):
    assert listed(client_of(owner.user), theirs) == dict.fromkeys(LISTS, 1)


def test_their_owner_finds_them_by_the_same_ids(owner, theirs):
    client = client_of(owner.user)

    paths = sorted({path for method, path, _ in CALLS if method == "get"})

    assert {path: client.get(path.format(**theirs)).status_code for path in paths} == dict.fromkeys(
        paths, 200
    )


def foreign_tokens(obj: Any) -> Iterator[str]:
    """Yield what somebody might try in place of the token of `obj`'s own link."""
    others: list[Model] = [
        BookingFactory(),
        sent_quote(),
        WaitlistEntryFactory(),
        CustomerFactory(),
    ]
    yield from (token(other) for other in others if type(other) is not type(obj))
    kind = obj._meta.model_name
    name, signature = token(obj).split(":")
    yield name
    yield f"{name}:{signature[:-1]}"
    nobodys = token(type(obj)(pk=uuid7()))
    yield nobodys
    yield f"{nobodys.split(':')[0]}:{signature}"
    yield Signer(salt=f"bookings.links.{kind}", key="x" * 60).sign(name)
    yield Signer(salt=f"bookings.links.{kind}").sign("not-an-id")
    yield str(obj.pk)
    yield obj.reference


@pytest.mark.parametrize(
    ("page", "make"),
    [("pay-booking", BookingFactory), ("quote", sent_quote), ("quote-pdf", sent_quote)],
)
def test_a_page_opens_to_its_own_link_alone(client, page, make):
    obj = make()
    assert client.get(reverse(page, args=[token(obj)])).status_code == 200

    tried = [reverse(page, args=[other]) for other in foreign_tokens(obj)]

    assert {address: client.get(address).status_code for address in tried} == dict.fromkeys(
        tried, 404
    )
    posted = {client.post(address, {"answer": "decline"}).status_code for address in tried}
    assert posted == ({405} if page == "quote-pdf" else {404})


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_a_token_answers_its_own_quote_alone(theirs, answer):
    path = f"/api/quotes/{theirs['quote']}/{answer}"
    wrong = [token(sent_quote()), token(BookingFactory()), token(WaitlistEntryFactory()), "x:y"]

    tried = [APIClient().post(path, {"token": other}, format="json") for other in wrong]

    assert [response.status_code for response in tried] == [404] * 4


def routes_with_ids(resolver=None, prefix="") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes_with_ids(pattern, route)
        elif pattern.pattern.converters and not route.startswith("admin/"):
            yield str(pattern.name)


def test_no_address_with_an_id_is_left_out():
    calls = (*CALLS, *STAFF_CALLS)
    called = {resolve(path.split("?")[0].format(**NOBODYS)).url_name for _, path, _ in calls}

    assert set(routes_with_ids()) - called == {"pay-booking", "quote", "quote-pdf"}
