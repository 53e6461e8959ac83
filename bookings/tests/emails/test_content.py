"""What each e-mail says."""

import datetime as dt
from copy import deepcopy
from typing import Any

import pytest
from django.template import engines

from bookings.models import Email
from bookings.services.emails import content as contents
from bookings.services.emails.content import About, Content
from bookings.tests.emails.parties import NOW, confirmed, offer, party

Kind = Email.Kind
CANCELED = {
    "rule": "Canceled 7 days or more before the party: all of it goes back.",
    "refund_total": 10000,
    "kept": 0,
    "refunds": [
        {"amount": 6000, "method": "stripe", "last4": "4242"},
        {"amount": 4000, "method": "zelle"},
    ],
}
INVOICE = {
    "number": "ABC-0001",
    "amount": 45000,
    "due": "June 1",
    "hosted_invoice_url": "https://invoice.stripe.com/i/1",
}
MOVED = {"old_date": "2027-06-05", "old_time": "15:00", "old_total": 64000, "fee": 20000}
UPDATED = {
    "guests": [8, 12],
    "total": [55000, 64000],
    "add_ons": [[], [{"code": "lobster", "quantity": 2}]],
    "location": ["1 Elm St, Fremont, CA 94539", "9 Oak Ave, San Jose, CA 95112"],
}


def write(kind: Email.Kind, about: About, *, now: dt.datetime = NOW) -> Content:
    return contents.write(kind, about, now=now)


def every() -> list[tuple[Email.Kind, About]]:
    """Return each kind, in each of the ways it can turn out."""
    full = confirmed(paid=64000, proteins=[], allergies="Nuts & <sesame>")
    held, on, over = party(), confirmed(), party(status="expired")
    canceled = party(status="canceled", paid=10000)
    return [
        (Kind.BOOKING_RECEIVED, About(booking=held)),
        (Kind.HOLD_REMINDER, About(booking=held)),
        (Kind.HOLD_EXPIRED, About(booking=over)),
        (Kind.HOLD_EXPIRED, About(booking=party(status="expired", paid=4000))),
        (Kind.DEPOSIT_RECEIVED, About(booking=on)),
        (Kind.DEPOSIT_RECEIVED, About(booking=full)),
        (Kind.BALANCE_DUE, About(booking=on)),
        (Kind.PARTY_REMINDER, About(booking=on)),
        (Kind.PARTY_REMINDER, About(booking=full)),
        (Kind.BOOKING_CHANGED, About(booking=on)),
        (Kind.BOOKING_CHANGED, About(booking=full, facts=MOVED)),
        (Kind.BOOKING_CHANGED, About(booking=held, facts=UPDATED)),
        (Kind.BOOKING_CANCELED, About(booking=held)),
        (Kind.BOOKING_CANCELED, About(booking=over, facts=CANCELED)),
        (Kind.BOOKING_CANCELED, About(booking=canceled, facts=CANCELED)),
        (Kind.QUOTE, About(quote=offer())),
        (Kind.QUOTE, About(quote=offer(reference="Q-2", message="For Devi & friends <3"))),
        (Kind.WAITLIST_OFFER, About(booking=held)),
        (Kind.INVOICE_OVERDUE, About(booking=on, facts=INVOICE)),
    ]


@pytest.fixture
def strict_templates(monkeypatch):
    """Let a variable that a template names and nobody gave stand out."""
    django: Any = engines["django"]
    monkeypatch.setattr(django.engine, "string_if_invalid", "UNRESOLVED %s")


def test_every_kind_can_be_written_with_no_variable_left_open(strict_templates):
    written = [(kind, write(kind, about)) for kind, about in every()]
    assert {kind for kind, _ in written} == set(Kind)
    for kind, content in written:
        for text in (content.text, content.html):
            assert "UNRESOLVED" not in text, (kind, text)
            assert "{{" not in text
            assert "{%" not in text
        assert "<" not in content.text.replace("<sesame>", "").replace("<3", "")
        assert "&amp;" not in content.text
        assert "\n\n\n" not in content.text
        assert content.html.startswith("<!doctype html>")
        assert len(content.subject) < 70


def test_a_booking_received_says_what_to_pay_until_when():
    content = write(Kind.BOOKING_RECEIVED, About(booking=party()))
    assert content.subject == "H-7KQ3XWM: pay the deposit to keep your slot"
    assert (
        content.text
        == """\
Hi Devi Guest,

We hold Saturday, June 12, 2027 at 6:00 PM PDT for you until Tuesday, June 1, 2027 at 6:40 PM PDT. \
Pay the deposit of $100.00 by then, and your party is booked; otherwise the slot goes back.

Pay deposit $100.00: [link:pay-booking]

Booking: H-7KQ3XWM
When: Saturday, June 12, 2027 at 6:00 PM PDT
Guests: 12 (10 adults, 2 children)

Your bill
  Adult (10 × $55.00): $550.00
  Child (2 × $30.00): $60.00
  Lobster (2 × $15.00): $30.00
Total: $640.00
Paid: $0.00
Still to pay: $640.00

Questions? Answer this e-mail and name H-7KQ3XWM.

My Hibachi
"""
    )


def test_a_reminder_of_the_party_says_what_the_chef_knows_and_what_is_missing():
    content = write(Kind.PARTY_REMINDER, About(booking=confirmed(allergies="Peanuts")))
    assert (
        content.text
        == """\
Hi Devi Guest,

Your party is on Saturday, June 12, 2027 at 6:00 PM PDT. The chef arrives at 5:30 PM PDT.

Booking: H-7KQ3XWM
When: Saturday, June 12, 2027 at 6:00 PM PDT
Where: 9 Oak Ave, San Jose, CA 95112
Guests: 12 (10 adults, 2 children)

2 proteins are still to choose, until Saturday, June 12, 2027 at 6:00 AM PDT. \
Answer this e-mail with your choice.

Proteins: 12 chicken, 10 steak.
Add-ons: 2 lobster.
Allergies we know of: Peanuts

$540.00 is left to pay.

Pay balance $540.00: [link:pay-booking]

Zelle and Venmo work too: please write H-7KQ3XWM in the memo, so that we know it is yours.

Questions? Answer this e-mail and name H-7KQ3XWM.

My Hibachi
"""
    )


def test_what_can_no_longer_be_chosen_is_not_asked_for():
    booking = confirmed()
    late = booking.starts_at - dt.timedelta(hours=12)
    assert "proteins are" in write(Kind.PARTY_REMINDER, About(booking=booking)).text
    assert "proteins are" not in write(Kind.PARTY_REMINDER, About(booking=booking), now=late).text


def test_a_cancellation_quotes_the_rule_and_says_what_goes_back_which_way():
    booking = party(status="canceled", paid=10000, confirmed_at=dt.datetime.now(dt.UTC))
    content = write(Kind.BOOKING_CANCELED, About(booking=booking, facts=CANCELED))
    assert (
        content.text
        == """\
Hi Devi Guest,

Your party on Saturday, June 12, 2027 at 6:00 PM PDT is canceled.

Canceled 7 days or more before the party: all of it goes back.

$100.00 goes back to you.
  $60.00 to your card ending in 4242
  $40.00 by Zelle

Banks usually take 5 to 10 business days to show a refund to a card.

Booking: H-7KQ3XWM
When: Saturday, June 12, 2027 at 6:00 PM PDT
Where: 9 Oak Ave, San Jose, CA 95112
Guests: 12 (10 adults, 2 children)

We would love to cook for you another time.

Questions? Answer this e-mail and name H-7KQ3XWM.

My Hibachi
"""
    )


def test_a_quote_says_what_it_costs_and_until_when():
    content = write(Kind.QUOTE, About(quote=offer(message="For Devi & friends <3")))
    assert content.subject == "Q-7KQ3XWM: your quote from My Hibachi"
    assert (
        content.text
        == """\
Hi Devi Guest,

For Devi & friends <3

It is valid until Tuesday, June 15, 2027 at 4:40 PM PDT. A quote holds no slot: accept it, pay the \
deposit of $100.00, and the slot is yours.

See your quote: [link:quote]

Quote: Q-7KQ3XWM
When: Saturday, June 12, 2027 at 6:00 PM PDT
Where: 9 Oak Ave, San Jose, CA 95112
Guests: 12 (10 adults, 2 children)

Your bill
  Adult (10 × $55.00): $550.00
  Child (2 × $30.00): $60.00
  Lobster (2 × $15.00): $30.00
Total: $640.00

Questions? Answer this e-mail and name Q-7KQ3XWM.

My Hibachi
"""
    )
    assert "For Devi &amp; friends &lt;3" in content.html


def test_money_that_came_too_late_and_goes_back_is_called_so():
    expired = party(status="expired", paid=10000)
    content = write(Kind.BOOKING_CANCELED, About(booking=expired, facts={"refund_total": 10000}))
    assert content.text.splitlines()[2:5] == [
        "The deposit for Saturday, June 12, 2027 at 6:00 PM PDT came after the slot had been given "
        "back, so you get it back.",
        "",
        "$100.00 goes back to you.",
    ]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            MOVED,
            [
                "When: Saturday, June 12, 2027 at 6:00 PM PDT"
                " (before: Saturday, June 5, 2027 at 3:00 PM PDT)",
                "The fee for the move is $200.00; it is on your bill.",
            ],
        ),
        (
            UPDATED,
            [
                "Guests: 12 (before: 8)",
                "Where: 9 Oak Ave, San Jose, CA 95112 (before: 1 Elm St, Fremont, CA 94539)",
                "Add-ons: 2 lobster (before: none)",
                "Total: $640.00 (before: $550.00)",
            ],
        ),
    ],
)
def test_a_change_says_how_it_was_and_how_it_is(facts, said):
    text = write(Kind.BOOKING_CHANGED, About(booking=confirmed(), facts=facts)).text
    changed = [line for line in text.splitlines() if "(before:" in line or "fee" in line]
    assert changed == said


def test_facts_are_taken_as_given_and_left_as_they_were():
    given = deepcopy(CANCELED)
    write(Kind.BOOKING_CANCELED, About(booking=party(status="canceled"), facts=given))
    assert given == CANCELED


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Devi Guest", "Hi Devi Guest,"),
        ("J. R. O'Neil-Sánchez", "Hi J. R. O'Neil-Sánchez,"),
        ("Devi\r\nBcc: all@spam.example", "Hello,"),
        ("Win at https://spam.example", "Hello,"),
        ("win at spam.example now", "Hello,"),
        ("x" * 61, "Hello,"),
        ("", "Hello,"),
    ],
)
def test_the_greeting_carries_a_name_and_nothing_else(name, greeted):
    text = write(Kind.BOOKING_RECEIVED, About(booking=party(contact_name=name))).text
    assert text.splitlines()[0] == greeted


def test_a_location_is_repeated_to_nobody_before_something_was_paid():
    held = party(location="see spam.example")
    moved = {"location": ["1 Elm St", "see spam.example"]}
    assert "spam" not in write(Kind.BOOKING_RECEIVED, About(booking=held)).text
    assert "spam" not in write(Kind.BOOKING_CHANGED, About(booking=held, facts=moved)).text


def test_times_are_the_venues_after_its_clocks_went_back():
    november = party(date=dt.date(2027, 11, 7), time=dt.time(12))
    text = write(Kind.BOOKING_RECEIVED, About(booking=november)).text
    assert "When: Sunday, November 7, 2027 at 12:00 PM PST" in text
