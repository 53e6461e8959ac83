"""Quotes from draft to booking, through the services."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.errors import (
    DiscountTooLarge,
    InvalidTransition,
    QuotedSlotOpen,
    QuoteExpired,
    QuoteNotEditable,
    QuoteNotOpen,
    QuoteSuperseded,
    SlotFull,
    TooSoon,
)
from bookings.models import Booking, Quote, RuleBook
from bookings.pricing import Item
from bookings.services.quotes import (
    accept_quote,
    change_quote,
    create_quote,
    decline_quote,
    expire_quotes,
    offer_of,
    revise_quote,
    send_quote,
)
from bookings.tests.factories import BookingFactory, default_rules
from bookings.tests.quote_world import BIRTHDAY, DATE, NOW, SIX, an_offer, draft_quote, sent_quote
from customers.tests.factories import ContactFactory, CustomerFactory, UserFactory
from myhibachi.core.errors import InvalidInput, NotAllowed
from myhibachi.core.models import AuditEntry

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
NOTICE = dt.timedelta(hours=48)
PARTY = dt.datetime.fromisoformat("2027-07-03T18:00:00-07:00")


@pytest.fixture
def staff():
    return UserFactory(role="support")


def accept(quote, **options):
    return accept_quote(quote_id=quote.pk, **{"actor": None, "now": NOW} | options)


def decline(quote, **options):
    return decline_quote(quote_id=quote.pk, **{"actor": None, "now": NOW} | options)


def audited(obj):
    entries = AuditEntry.objects.filter(object_id=str(obj.pk)).order_by("pk")
    return list(entries.values_list("action", flat=True))


def fill_slot(date=DATE, time=SIX):
    BookingFactory.create_batch(2, date=date, time=time)


# --- Drafting ---------------------------------------------------------------------------------


def test_a_draft_is_priced_with_its_adjustments_and_the_customers_own_contact():
    customer = ContactFactory(name="Ada Guest", email="ada@example.com", phone="555 0100")

    quote = draft_quote(
        customer=customer,
        guests=12,
        add_ons=(Item(code="lobster", quantity=2),),
        extra_lines=(BIRTHDAY,),
        message="As we said on the phone",
    )

    quote.refresh_from_db()
    assert [(line["label"], line["amount"]) for line in quote.lines] == [
        ("Adult", 66000),
        ("Lobster", 3000),
        ("Birthday discount", -5000),
    ]
    assert (quote.status, quote.version, quote.total, quote.deposit_due) == (
        "draft", 1, 64000, 10000,
    )  # fmt: skip
    assert (quote.contact_name, quote.contact_email, quote.contact_phone, quote.message) == (
        "Ada Guest", "ada@example.com", "555 0100", "As we said on the phone",
    )  # fmt: skip
    assert quote.reference.startswith("Q-")
    assert (quote.rules, audited(quote)) == (default_rules(), ["quote.created"])


def test_a_discount_beyond_the_bill_is_refused():
    whole = replace(BIRTHDAY, unit_amount=-55000)
    assert draft_quote(extra_lines=(whole,)).total == 0
    with pytest.raises(DiscountTooLarge):
        draft_quote(extra_lines=(replace(BIRTHDAY, unit_amount=-55001),))


def test_a_customer_asks_for_a_quote_of_their_own(staff):
    ada = CustomerFactory()

    quote = create_quote(offer=an_offer(), asked_by_customer=True, actor=ada.user, now=NOW)

    assert (quote.customer, quote.asked_by_customer, quote.status) == (ada, True, "draft")
    assert audited(quote) == ["quote.asked"]


@pytest.mark.parametrize("change", [{"extra_lines": (BIRTHDAY,)}, {"message": "Yours for free"}])
def test_who_asks_can_adjust_nothing(change):
    with pytest.raises(NotAllowed):
        create_quote(
            offer=an_offer(**change),
            asked_by_customer=True,
            actor=CustomerFactory().user,
            now=NOW,
        )


def test_a_draft_changes_under_the_rules_it_was_made_under(staff):
    quote = draft_quote()
    RuleBook.objects.create(effective_from=dt.date(2027, 6, 2), adult_price=9900)

    changed = change_quote(quote_id=quote.pk, offer=an_offer(guests=12), actor=staff, now=NOW + DAY)

    assert (changed.guests, changed.total) == (12, 66000)
    entry = AuditEntry.objects.get(action="quote.changed")
    assert (entry.actor, entry.changes) == (
        staff,
        {"adults": [8, 12], "guests": [8, 12], "total": [55000, 66000]},
    )


def test_a_draft_that_stays_the_same_is_not_recorded(staff):
    quote = draft_quote()
    change_quote(quote_id=quote.pk, offer=offer_of(quote), actor=staff, now=NOW)
    assert audited(quote) == ["quote.created"]


# --- Sending ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "wanted", "end"),
    [
        (DATE, None, NOW + 14 * DAY),
        (DATE, NOW + 3 * DAY, NOW + 3 * DAY),
        (DATE, PARTY, PARTY - NOTICE),
        (dt.date(2027, 6, 8), None, PARTY - 25 * DAY - NOTICE),
    ],
)
def test_a_quote_is_valid_as_the_rules_say_and_never_longer_than_its_slot_can_be_booked(
    date, wanted, end
):
    quote = sent_quote(date=date, expires_at=wanted)

    quote.refresh_from_db()
    assert (quote.status, quote.sent_at, quote.expires_at) == ("sent", NOW, end)
    assert audited(quote) == ["quote.created", "quote.sent"]


def test_the_last_moment_counts_real_hours_when_the_clocks_change():
    # The night before, the clocks go back: 48 hours before noon is one o'clock.
    quote = sent_quote(
        date=dt.date(2027, 11, 7), time=dt.time(12), expires_at=NOW + dt.timedelta(days=300)
    )
    assert quote.expires_at == dt.datetime.fromisoformat("2027-11-05T13:00:00-07:00")


def test_a_quote_for_a_slot_that_is_too_near_or_valid_until_yesterday_is_not_sent(staff):
    quote = draft_quote()
    late = PARTY - NOTICE + dt.timedelta(minutes=1)
    with pytest.raises(TooSoon):
        send_quote(quote_id=quote.pk, actor=staff, now=late)
    with pytest.raises(InvalidInput):
        send_quote(quote_id=quote.pk, expires_at=NOW - DAY, actor=staff, now=NOW)
    quote.refresh_from_db()
    assert (quote.status, quote.sent_at) == ("draft", None)


def test_what_was_sent_is_neither_sent_nor_changed_again(staff):
    quote = sent_quote()
    with pytest.raises(InvalidTransition):
        send_quote(quote_id=quote.pk, actor=staff, now=NOW)
    with pytest.raises(QuoteNotEditable):
        change_quote(quote_id=quote.pk, offer=an_offer(guests=9), actor=staff, now=NOW)


# --- Revising ---------------------------------------------------------------------------------


def test_a_revision_is_a_draft_under_todays_rules_and_voids_the_version_before(staff):
    old = sent_quote()
    RuleBook.objects.create(effective_from=dt.date(2027, 6, 2), adult_price=9900)

    new = revise_quote(quote_id=old.pk, actor=staff, now=NOW + DAY)

    old.refresh_from_db()
    assert old.superseded_by == new
    assert (str(old), old.status, old.total) == (f"{old.reference} v1", "sent", 55000)
    assert (str(new), new.status, new.total) == (f"{old.reference} v2", "draft", 79200)
    assert (audited(old)[-1], audited(new)) == ("quote.superseded", ["quote.revised"])
    for answer in (accept, decline):
        with pytest.raises(QuoteSuperseded):
            answer(old)


def test_a_revision_may_offer_something_else(staff):
    old = sent_quote(extra_lines=(BIRTHDAY,))
    offer = replace(offer_of(old), extra_lines=(), message="Without the discount")

    new = revise_quote(quote_id=old.pk, offer=offer, actor=staff, now=NOW)

    assert (new.total, new.message, old.total) == (55000, "Without the discount", 50000)


def test_what_was_declined_or_has_expired_is_revised_and_offered_anew(staff):
    declined, expired = decline(sent_quote()), sent_quote(expires_at=NOW + DAY)
    expire_quotes(NOW + DAY)
    for quote in (declined, expired):
        new = revise_quote(quote_id=quote.pk, actor=staff, now=NOW + DAY)
        assert send_quote(quote_id=new.pk, actor=staff, now=NOW + DAY).status == "sent"


def test_a_draft_an_accepted_and_a_superseded_quote_are_not_revised(staff):
    accepted, superseded = sent_quote(), sent_quote()
    accept(accepted)
    revise_quote(quote_id=superseded.pk, actor=staff, now=NOW)
    for quote, error in (
        (draft_quote(), QuoteNotEditable),
        (accepted, QuoteNotEditable),
        (superseded, QuoteSuperseded),
    ):
        with pytest.raises(error):
            revise_quote(quote_id=quote.pk, actor=staff, now=NOW)


# --- Accepting --------------------------------------------------------------------------------


def test_accepting_makes_the_very_booking_that_was_quoted():
    quote = sent_quote(
        guests=12, children=2, add_ons=(Item(code="lobster", quantity=2),), extra_lines=(BIRTHDAY,)
    )
    RuleBook.objects.create(effective_from=dt.date(2027, 6, 2), adult_price=9900, deposit=20000)

    booking = accept(quote, now=NOW + DAY)

    quote.refresh_from_db()
    booking.refresh_from_db()
    assert (quote.status, quote.booking, quote.answered_at) == ("accepted", booking, NOW + DAY)
    same = (
        "customer", "date", "time", "guests", "adults", "children", "add_ons", "location",
        "lines", "extra_lines", "total", "deposit_due", "rules_snapshot", "contact_email",
    )  # fmt: skip
    assert {name: getattr(booking, name) for name in same} == {
        name: getattr(quote, name) for name in same
    }
    assert (booking.status, booking.seat, booking.hold_expires_at) == (
        "pending", 1, NOW + DAY + dt.timedelta(minutes=120),
    )  # fmt: skip
    assert audited(quote)[-1] == "quote.accepted"


def test_accepting_twice_returns_the_same_booking():
    quote = sent_quote()
    assert accept(quote) == accept(quote, date=DATE + DAY, now=NOW + 40 * DAY)
    assert Booking.objects.count() == 1


def test_a_bill_of_nothing_is_confirmed_at_once():
    quote = sent_quote(extra_lines=(replace(BIRTHDAY, unit_amount=-55000),))
    booking = accept(quote)
    booking.refresh_from_db()
    assert (booking.status, booking.total, booking.hold_expires_at) == ("confirmed", 0, None)


def test_a_quote_is_accepted_until_the_minute_it_expires():
    end = NOW + 3 * DAY
    quote, late = sent_quote(expires_at=end), sent_quote(expires_at=end)
    accept(quote, now=end - dt.timedelta(microseconds=1))
    for answer in (accept, decline):
        with pytest.raises(QuoteExpired):
            answer(late, now=end)


def test_a_draft_and_a_declined_quote_are_not_accepted():
    for quote in (draft_quote(), decline(sent_quote())):
        with pytest.raises(QuoteNotOpen):
            accept(quote)
    assert not Booking.objects.exists()


def test_where_the_slot_is_gone_the_quote_stays_open_for_one_nearby_at_the_same_price():
    quote = sent_quote(extra_lines=(BIRTHDAY,))
    fill_slot()
    with pytest.raises(SlotFull) as refused:
        accept(quote)
    quote.refresh_from_db()
    assert quote.status == "sent"
    assert refused.value.extra["open_slots"] == [
        {"date": "2027-07-03", "time": "12:00"},
        {"date": "2027-07-03", "time": "15:00"},
        {"date": "2027-07-03", "time": "21:00"},
    ]

    booking = accept(quote, date=DATE, time=dt.time(12))

    assert (booking.date, booking.time, booking.total) == (DATE, dt.time(12), 50000)


def test_another_slot_is_refused_while_the_quoted_one_is_open_or_when_it_is_far():
    quote = sent_quote()
    with pytest.raises(QuotedSlotOpen):
        accept(quote, date=DATE, time=dt.time(12))
    fill_slot()
    with pytest.raises(InvalidInput, match="near the quoted"):
        accept(quote, date=DATE + 8 * DAY, time=SIX)
    assert accept(quote, date=DATE + 7 * DAY, time=SIX).date == DATE + 7 * DAY


def test_a_slot_that_is_too_near_by_new_rules_is_not_accepted():
    quote = sent_quote(date=dt.date(2027, 6, 8))
    RuleBook.objects.create(effective_from=dt.date(2027, 6, 2), notice_hours=240)
    with pytest.raises(TooSoon):
        accept(quote, now=NOW + DAY)


# --- Declining and expiring -------------------------------------------------------------------


def test_declining_keeps_the_reason_and_takes_one_answer():
    quote = sent_quote()
    decline(quote, reason="Too dear")
    declined = decline(quote, reason="Again", now=NOW + DAY)
    assert (declined.status, declined.decline_reason, declined.answered_at) == (
        "declined", "Too dear", NOW,
    )  # fmt: skip
    assert audited(quote) == ["quote.created", "quote.sent", "quote.declined"]


def test_an_accepted_quote_is_not_declined():
    quote = sent_quote()
    accept(quote)
    with pytest.raises(QuoteNotOpen):
        decline(quote)


def test_quotes_expire_on_time_and_the_clock_is_believed_before_it_is_written_down():
    soon, later = sent_quote(expires_at=NOW + DAY), sent_quote(expires_at=NOW + 2 * DAY)
    assert soon.status_at(NOW + DAY) == "expired"
    assert soon.status_at(NOW + DAY - dt.timedelta(microseconds=1)) == "sent"

    assert [expire_quotes(NOW + DAY), expire_quotes(NOW + DAY)] == [1, 0]

    soon.refresh_from_db()
    later.refresh_from_db()
    assert (soon.status, later.status) == ("expired", "sent")
    assert audited(soon)[-1] == "quote.expired"


# --- What the database holds to ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"status": "accepted"}, "quote_accepted_has_a_booking"),
        ({"expires_at": None}, "quote_sent_has_an_end"),
        ({"adults": 9}, "quote_guests_add_up"),
        ({"total": -1, "deposit_due": -1}, "quote_money"),
    ],
)
def test_the_database_refuses_what_makes_no_sense(wrong, constraint):
    quote = sent_quote()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Quote.objects.filter(pk=quote.pk).update(**wrong)


def at_once(number, act):
    """Do something so many times in parallel; return what came of each."""

    def one(turn):
        try:
            return act(turn)
        except (SlotFull, QuoteNotOpen, QuoteNotEditable) as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as people:
        return list(people.map(one, range(number)))


@pytest.mark.django_db(transaction=True)
def test_ten_clicks_on_accept_make_one_booking():
    quote = sent_quote()
    assert len(set(at_once(10, lambda _: accept(quote).pk))) == 1
    assert Booking.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepted_declined_and_revised_at_once_only_one_of_them_happens():
    staff = UserFactory(role="support")
    for _ in range(5):
        quote = sent_quote()

        def answer(turn, quote=quote):
            if turn == 0:
                return accept(quote)
            if turn == 1:
                return decline(quote)
            return revise_quote(quote_id=quote.pk, actor=staff, now=NOW)

        at_once(3, answer)

        quote.refresh_from_db()
        booked = Booking.objects.filter(quote=quote).exists()
        assert (quote.status == "accepted") == booked
        assert not (booked and quote.is_superseded)
        Booking.objects.filter(quote=quote).update(status="canceled", seat=None)


@pytest.mark.django_db(transaction=True)
def test_quotes_for_the_last_place_make_one_booking():
    BookingFactory(date=DATE, time=SIX)
    quotes = [sent_quote() for _ in range(6)]
    came_of_it = at_once(6, lambda turn: accept(quotes[turn]).seat)
    assert sorted(came_of_it, key=str) == [2] + ["slot_full"] * 5
    assert sorted(Quote.objects.values_list("status", flat=True)) == ["accepted"] + ["sent"] * 5
