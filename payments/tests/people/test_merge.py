"""Two entries of one person become one, and not a cent goes astray."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import Model
from django.utils import timezone

from bookings.models import Quote, Status, WaitlistEntry
from bookings.tests.factories import BookingFactory
from customers.errors import NotCurrent
from customers.models import Customer, User
from customers.services import profiles
from customers.tests.factories import ContactFactory, CustomerFactory, UserFactory
from myhibachi.core.errors import DomainError, NotAllowed
from myhibachi.core.models import AuditEntry
from payments.models import LedgerEntry, Payment
from payments.queries.customer_money import customer_money
from payments.services.merge import (
    MergeRefused,
    follow_merged,
    merge_customers,
    preview_merge,
)
from payments.services.stripe_customers import apply_stripe_customer, ensure_stripe_customer
from payments.tests import stripe_world as stripe
from payments.tests.factories import InvoiceFactory, PaymentFactory, paid_payment, refunded
from payments.tests.reconcile.world import reconcile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

SLOT = {"date": date(2031, 5, 1), "time": time(18)}


@pytest.fixture
def manager(db) -> User:
    return UserFactory(role="manager")


def merge(kept: Customer, merged: Customer, actor: User):
    return merge_customers(kept_id=kept.pk, merged_id=merged.pk, actor=actor)


def worth(customer: Customer) -> int:
    return customer_money([customer.pk], now=timezone.now())[customer.pk].lifetime_value


def party(customer: Customer, amount: int) -> Payment:
    booking = BookingFactory(customer=customer)
    return paid_payment(booking=booking, amount=amount)


def a_quote(customer: Customer) -> Quote:
    booking = BookingFactory.build(customer=customer)
    return Quote.objects.create(
        customer=customer, reference=f"Q-{Quote.objects.count()}", guests=8, adults=8, **SLOT,
        total=booking.total, deposit_due=booking.deposit_due, rules_snapshot={},
    )  # fmt: skip


def in_line(customer: Customer, **fields: Any) -> WaitlistEntry:
    return WaitlistEntry.objects.create(customer=customer, guests=8, adults=8, **SLOT | fields)


def pointing_to(customer: Customer) -> dict[str, int]:
    """Return how many rows of each table point to a customer."""
    return {
        relation.related_model.__name__: relation.related_model._default_manager.filter(
            **{relation.field.name: customer}
        ).count()
        for relation in Customer._meta.related_objects
    }


def one_of_each(customer: Customer) -> None:
    """Give a customer a row in every table that points to customers."""
    party(customer, 10000)
    InvoiceFactory(booking=BookingFactory(customer=customer))
    a_quote(customer)
    in_line(customer)
    ContactFactory(merged_into=customer)


def test_everything_that_points_to_one_points_to_the_other(manager):
    kept, merged = ContactFactory(), ContactFactory()
    one_of_each(merged)
    before = pointing_to(merged)
    # A new table has to be put into `one_of_each`, and is moved without being named anywhere.
    assert set(before.values()) >= {1}
    assert 0 not in before.values()

    asked = preview_merge(kept_id=kept.pk, merged_id=merged.pk)
    done = merge(kept, merged, manager)

    assert asked == done
    assert sum(done.moved.values()) == sum(before.values())
    assert set(pointing_to(merged).values()) == {0}
    assert pointing_to(kept) == before | {"Customer": before["Customer"] + 1}


def test_lifetime_values_add_up_and_the_ledger_is_not_touched(manager):
    kept, merged = CustomerFactory(), ContactFactory()
    party(kept, 30000)
    refunded(party(merged, 25000), amount=5000)
    entries = list(LedgerEntry.objects.order_by("pk").values())
    assert (worth(kept), worth(merged)) == (30000, 20000)
    merge(kept, merged, manager)
    assert (worth(kept), worth(merged)) == (50000, 0)
    assert list(LedgerEntry.objects.order_by("pk").values()) == entries
    assert customer_money([kept.pk], now=timezone.now())[kept.pk].tier == "silver"


def test_what_the_kept_one_lacks_it_takes_from_the_other(manager):
    kept = ContactFactory(name="Ana", email="", phone="555-0100")
    other = CustomerFactory(phone="555-0199", stripe_customer_id="cus_other")
    merge(kept, other, manager)
    kept.refresh_from_db()
    account = User.objects.get(pk=other.user_id)
    assert (kept.name, kept.email, kept.phone, kept.user, kept.stripe_customer_id) == (
        "Ana", other.email, "555-0100", account, "cus_other",
    )  # fmt: skip
    other.refresh_from_db()
    assert (other.merged_into, other.user, other.stripe_customer_id) == (kept, None, None)
    assert profiles.customer_for(account) == kept
    log = AuditEntry.objects.filter(action__in=["customer.merged", "customer.took_over"])
    assert list(log.order_by("pk").values_list("action", "actor", "object_id")) == [
        ("customer.merged", manager.pk, str(other.pk)),
        ("customer.took_over", manager.pk, str(kept.pk)),
    ]
    assert log.latest("pk").changes == {
        "merged": str(other.pk),
        "email": ["", other.email],
        "account": ["", account.email],
        "Stripe customer": ["", "cus_other"],
    }


def test_two_accounts_are_for_a_person_to_decide(manager):
    kept, other = CustomerFactory(), CustomerFactory()
    for attempt in (
        lambda: preview_merge(kept_id=kept.pk, merged_id=other.pk),
        lambda: merge(kept, other, manager),
    ):
        with pytest.raises(MergeRefused, match="Both have an account"):
            attempt()


def test_who_is_gone_or_the_same_is_refused(manager):
    kept, merged, third = ContactFactory(), ContactFactory(), ContactFactory()
    erased = ContactFactory(erased_at=timezone.now())
    with pytest.raises(MergeRefused):
        merge(kept, kept, manager)
    merge(kept, merged, manager)
    for one, other in ((third, merged), (merged, third), (third, erased), (erased, third)):
        with pytest.raises(NotCurrent):
            merge(one, other, manager)
    with pytest.raises(NotAllowed):
        merge(kept, third, UserFactory(role="support"))


def test_one_merged_before_follows_to_the_end(manager):
    first, second, third = ContactFactory(), ContactFactory(), ContactFactory()
    merge(second, first, manager)
    merge(third, second, manager)
    assert list(third.merged.order_by("created_at")) == [first, second]


def test_nobody_merged_is_found_again(manager):
    kept, merged = ContactFactory(), ContactFactory(email="ana@myhibachi.test")
    merge(kept, merged, manager)
    assert list(Customer.objects.current()) == [kept]
    again = profiles.customer_for_contact(name="Ana", email="ana@myhibachi.test")
    assert again not in (kept, merged)


@pytest.mark.parametrize("offered", ["kept", "merged", None])
def test_one_person_stands_in_line_once(manager, offered):
    kept, merged = ContactFactory(), ContactFactory()
    now = timezone.now()
    places = {
        "kept": in_line(kept, created_at=now),
        "merged": in_line(merged, created_at=now - timedelta(days=1)),
    }
    stays = places[offered or "merged"]
    if offered:
        stays.status, stays.booking = "offered", BookingFactory(customer=stays.customer)
        stays.save()
    assert preview_merge(kept_id=kept.pk, merged_id=merged.pk).places_given_up == 1
    merge(kept, merged, manager)
    found = WaitlistEntry.objects.filter(customer=kept)
    assert dict(found.values_list("pk", "status")) == {
        place.pk: (offered and "offered") or "waiting" if place == stays else "withdrawn"
        for place in places.values()
    }


def test_two_offers_of_one_slot_are_awaited(manager):
    kept, merged = ContactFactory(), ContactFactory()
    for customer in (kept, merged):
        in_line(customer, status="offered", booking=BookingFactory(customer=customer))
    with pytest.raises(MergeRefused, match="Both were offered a place on May 1 at 18:00"):
        merge(kept, merged, manager)


def test_two_merges_at_once_in_both_directions_one_wins(manager):
    for _ in range(5):
        one, other = ContactFactory(), ContactFactory()
        booking = BookingFactory(customer=one)

        def attempt(pair: tuple[Customer, Customer]) -> Customer | None:
            try:
                merge(*pair, manager)
            except DomainError:
                return None
            finally:
                connection.close()
            return pair[0]

        with ThreadPoolExecutor(2) as pool:
            won = list(filter(None, pool.map(attempt, [(one, other), (other, one)])))
        assert len(won) == 1
        booking.refresh_from_db()
        assert booking.customer == won[0]


def test_merging_while_the_bookings_are_being_paid_deadlocks_nobody(manager):
    kept, merged = ContactFactory(), ContactFactory()
    bookings = [BookingFactory(customer=merged) for _ in range(6)]

    def work(booking: Model | None) -> None:
        try:
            if booking is None:
                merge(kept, merged, manager)
            else:
                paid_payment(booking=booking, amount=10000)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [*bookings[:3], None, *bookings[3:]]))
    follow_merged()
    assert worth(kept) == 60000
    assert set(Payment.objects.values_list("customer", flat=True)) == {kept.pk}


def test_what_was_made_for_the_merged_one_meanwhile_follows(manager):
    kept, merged = ContactFactory(), ContactFactory()
    merge(kept, merged, manager)
    late = BookingFactory(customer=merged)
    PaymentFactory(booking=late)
    assert follow_merged() == 2
    assert follow_merged() == 0
    late.refresh_from_db()
    assert late.customer == kept


@pytest.mark.parametrize("offered", ["kept", "merged", None])
def test_a_place_in_line_taken_twice_meanwhile_is_one_place_as_in_merging(manager, offered):
    kept, merged = ContactFactory(), ContactFactory()
    merge(kept, merged, manager)
    now = timezone.now()
    places = {
        "kept": in_line(kept, created_at=now),
        "merged": in_line(merged, created_at=now - timedelta(days=1)),
    }
    stays = places[offered or "merged"]
    if offered:
        stays.status, stays.booking = "offered", BookingFactory(customer=kept)
        stays.save()

    assert (follow_merged(), follow_merged()) == (1, 0)

    found = WaitlistEntry.objects.filter(customer=kept)
    assert dict(found.values_list("pk", "status")) == {
        place.pk: (offered and "offered") or "waiting" if place == stays else "withdrawn"
        for place in places.values()
    }
    [withdrawn] = AuditEntry.objects.filter(action="waitlist.withdrawn")
    assert (withdrawn.actor, withdrawn.object_id) == (
        None,
        str(places["kept" if stays == places["merged"] else "merged"].pk),
    )


def test_two_offers_of_one_slot_hold_nothing_else_back(manager):
    kept, merged = ContactFactory(), ContactFactory()
    merge(kept, merged, manager)
    for customer in (kept, merged):
        in_line(customer, status="offered", booking=BookingFactory(customer=kept))
    later = in_line(merged, date=date(2031, 5, 2))
    quote = a_quote(merged)

    assert (follow_merged(), follow_merged()) == (2, 0)

    for row in (later, quote):
        row.refresh_from_db()
        assert row.customer == kept
    stuck = WaitlistEntry.objects.get(customer=merged)
    stuck.status = "lapsed"
    stuck.save()
    assert (follow_merged(), follow_merged()) == (1, 0)


def test_what_stripe_says_of_the_merged_one_finds_the_person(manager):
    kept, merged = ContactFactory(), ContactFactory()
    theirs = ensure_stripe_customer(customer_id=merged.pk)
    merge(kept, merged, manager)
    assert ensure_stripe_customer(customer_id=merged.pk) == theirs
    assert ensure_stripe_customer(customer_id=kept.pk) == theirs
    apply_stripe_customer(stripe.call("GET", f"customers/{theirs}"))
    stripe.deliver()
    assert stripe.inbox_states() == {"processed"}
    assert reconcile()[0]


def test_with_a_stripe_customer_each_both_are_kept(manager):
    kept, merged = ContactFactory(), ContactFactory()
    ids = [ensure_stripe_customer(customer_id=each.pk) for each in (kept, merged)]
    merge(kept, merged, manager)
    for each in (kept, merged):
        each.refresh_from_db()
    assert [kept.stripe_customer_id, merged.stripe_customer_id] == ids
    assert ensure_stripe_customer(customer_id=merged.pk) == ids[0]
    stripe.call("POST", f"customers/{ids[1]}", phone="555")
    stripe.deliver()
    assert stripe.inbox_states() == {"processed"}
    assert reconcile()[0]


def test_the_database_refuses_one_that_is_merged_into_itself():
    customer = ContactFactory()
    with pytest.raises(IntegrityError):
        Customer.objects.filter(pk=customer.pk).update(merged_into=customer)


def test_a_completed_party_moves_like_any_other(manager):
    kept, merged = ContactFactory(), ContactFactory()
    BookingFactory(customer=merged, status=Status.COMPLETED)
    assert merge(kept, merged, manager).moved["bookings"] == 1
