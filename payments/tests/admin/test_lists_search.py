"""What somebody types into a list's search box, and what it finds."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection

from bookings.models import Booking
from bookings.tests.factories import BookingFactory
from customers.models import Customer
from customers.tests.factories import ContactFactory
from payments.models import Payment
from payments.tests.admin.events import inbox_event
from payments.tests.admin.list_rows import make_one, rows
from payments.tests.factories import paid_payment

pytestmark = pytest.mark.django_db

# Every list that is about somebody's party.
PARTIES = (
    "bookings_booking",
    "bookings_email",
    "payments_payment",
    "payments_refund",
    "payments_dispute",
    "payments_invoice",
    "payments_ledgerentry",
)
PEOPLE = ("customers_customer", "bookings_quote", "bookings_waitlistentry")
MONEY = tuple(table for table in PARTIES if table.startswith("payments"))


@pytest.fixture
def ada() -> dict[str, Any]:
    """Ada's row in each list; somebody else's is beside it."""
    make_one(1)
    made = make_one(42)
    who = {"name": "Ada King Lovelace", "email": "ada@lovelace.test", "phone": "+1 (415) 555-0142"}
    customer, booking = made["customers_customer"], made["bookings_booking"]
    Customer.objects.filter(pk=customer.pk).update(**who, stripe_customer_id="cus_ada")
    contact = {f"contact_{name}": value for name, value in who.items()}
    for table in ("bookings_booking", "bookings_quote", "bookings_waitlistentry"):
        type(made[table]).objects.filter(pk=made[table].pk).update(**contact)
    type(made["bookings_email"]).objects.update(to="somebody@else.test")
    Booking.objects.filter(pk=booking.pk).update(reference="H-3XP7GTK")
    type(made["bookings_quote"]).objects.filter(pk=made["bookings_quote"].pk).update(
        reference="Q-4YQ7GTK"
    )
    return {table: type(row).objects.get(pk=row.pk) for table, row in made.items()}


def found(browser: Any, table: str, term: str, only: Any) -> bool:
    """Return whether a search finds one row alone; the ledger has more of a payment."""
    shown = rows(browser, table, q=term)
    if table == "payments_ledgerentry":
        return bool(shown) and {row.payment_id for row in shown} == {only.payment_id}
    return shown == [only]


def missed(browser: Any, table: str, terms: Sequence[str | None], only: Any) -> list[str | None]:
    """Return the searches that find another row, or none."""
    return [term for term in terms if not found(browser, table, term or "", only)]


@pytest.mark.parametrize("table", [*PARTIES, *PEOPLE])
def test_every_list_is_searched_by_part_of_a_name_email_or_phone(admin, ada, table):
    terms = [
        "ada king lovelace",
        "lovelace ada",
        "LOVEL",
        "ada@lovelace.test",
        "ADA@Lovelace",
        "+1 (415) 555-0142",
        "4155550142",
        "415.555.0142",
        "001 415 555 0142",
        "555-0142",
    ]

    assert missed(admin, table, terms, ada[table]) == []


@pytest.mark.parametrize("table", PARTIES)
def test_every_list_of_a_party_is_searched_by_its_reference(admin, ada, table):
    terms = ["H-3XP7GTK", "h-3xp7gtk", "3xp7gtk", "H-3XP", " h-3x "]

    assert missed(admin, table, terms, ada[table]) == []


def test_a_quote_is_found_by_its_reference(admin, ada):
    terms = ["Q-4YQ7GTK", "q-4yq7gtk v1", "4yq7gtk", "q-4yq"]

    assert missed(admin, "bookings_quote", terms, ada["bookings_quote"]) == []


def test_what_a_quote_became_is_found_by_the_quotes_reference_and_the_other_way(admin, ada):
    quote = ada["bookings_quote"]
    made_of = {"status": "accepted", "booking": ada["bookings_booking"]}
    sent = {"sent_at": quote.created_at, "expires_at": quote.created_at}
    type(quote).objects.filter(pk=quote.pk).update(**made_of, **sent)

    assert all(found(admin, table, "Q-4YQ7GTK", ada[table]) for table in PARTIES)
    assert found(admin, "bookings_quote", "H-3XP", quote)


@pytest.mark.parametrize("table", ["bookings_booking", *MONEY])
def test_every_list_of_money_is_searched_by_any_of_stripes_ids(admin, ada, table):
    payment: Payment = ada["payments_payment"]
    Payment.objects.filter(pk=payment.pk).update(stripe_checkout_session_id="cs_test_ada")
    about = {"id": payment.stripe_charge_id, "object": "charge"}
    ids = [
        payment.stripe_payment_intent_id,
        payment.stripe_charge_id,
        "cs_test_ada",
        ada["payments_refund"].stripe_refund_id,
        ada["payments_dispute"].stripe_dispute_id,
        ada["payments_invoice"].stripe_invoice_id,
        "cus_ada",
        inbox_event(about, object_id=payment.stripe_charge_id).stripe_event_id,
    ]

    assert missed(admin, table, ids, ada[table]) == []


@pytest.mark.parametrize("table", [*PARTIES, *PEOPLE])
def test_an_id_that_we_dont_know_finds_nothing(admin, ada, table):
    terms = ["pi_nobody", "evt_nobody", "po_1", "sub_1", "cus_nobody"]

    assert [rows(admin, table, q=term) for term in terms] == [[]] * len(terms)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("bookings_booking", "total"),
        ("bookings_quote", "total"),
        ("payments_payment", "amount"),
        ("payments_refund", "amount"),
        ("payments_dispute", "amount"),
        ("payments_invoice", "amount"),
        ("payments_moneyin", "amount"),
        ("payments_payout", "amount"),
    ],
)
def test_lists_are_searched_by_an_exact_amount(admin, ada, table, column):
    row = ada[table]
    type(row).objects.filter(pk=row.pk).update(**{column: 123456})

    assert rows(admin, table, q="$1,234.56") == rows(admin, table, q="1234.56") == [row]
    assert rows(admin, table, q="1234.55") == []


def test_a_booking_is_found_by_what_one_of_its_payments_was(admin, ada):
    payment = paid_payment(booking=BookingFactory(), amount=4711)

    assert rows(admin, "bookings_booking", q="47.11") == [payment.booking]


def test_the_ledger_is_searched_by_what_went_out(admin, ada):
    shown = rows(admin, "payments_ledgerentry", q="-10")

    assert {row.kind for row in shown} == {"refund"}


def test_a_customer_is_found_by_the_end_of_their_number(admin, ada):
    assert rows(admin, "customers_customer", q="0142") == [ada["customers_customer"]]


def test_whose_contact_is_another_person_is_found_by_both(admin, ada):
    Booking.objects.filter(pk=ada["bookings_booking"].pk).update(contact_name="Charles Babbage")

    for name in ("babbage", "lovelace"):
        assert rows(admin, "payments_payment", q=name) == [ada["payments_payment"]]


def test_a_name_that_very_many_have_is_found_as_well(admin, ada, monkeypatch):
    monkeypatch.setattr("myhibachi.core.few.FEW", 1)
    ContactFactory(name="Ada Nother")

    assert found(admin, "payments_payment", "ada", ada["payments_payment"])
    assert found(admin, "bookings_booking", "ada", ada["bookings_booking"])


@pytest.mark.parametrize("table", [*PARTIES, *PEOPLE, "payments_payout", "payments_moneyin"])
def test_any_words_can_be_searched(admin, table):
    for term in ("", " ", "'", "%", "\\", "$", "H-", "🎉", "9" * 400, "0.001"):
        rows(admin, table, q=term)


@pytest.mark.parametrize(
    ("table", "condition"),
    [
        (
            "customers_customer",
            "UPPER(name) LIKE UPPER('%lovel%') OR email LIKE '%lovel%'",
        ),
        ("customers_customer", r"regexp_replace(phone, '\D', '', 'g') LIKE '%5550142%'"),
        ("bookings_booking", "UPPER(contact_name) LIKE UPPER('%lovel%')"),
        ("bookings_booking", r"regexp_replace(contact_phone, '\D', '', 'g') LIKE '%5550142%'"),
        ("bookings_booking", "reference LIKE 'H-3XP%'"),
        ("bookings_quote", "contact_email LIKE '%lovel%'"),
        ("bookings_quote", "reference LIKE 'Q-3XP%'"),
        ("bookings_waitlistentry", "UPPER(contact_name) LIKE UPPER('%lovel%')"),
        ("bookings_email", "\"to\" LIKE '%lovel%'"),
    ],
)
def test_each_kind_of_search_has_its_index(ada, table, condition):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT * FROM {table} WHERE {condition}")
        plan = "\n".join(line for [line] in cursor.fetchall())

    assert "Index Cond" in plan
    assert "Seq Scan" not in plan
