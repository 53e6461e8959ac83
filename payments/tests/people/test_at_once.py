"""Merging and erasing the same person at once: who comes first wins, and nobody deadlocks."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from datetime import time as clock_time

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from bookings.models import Quote, Status, WaitlistEntry
from bookings.tests.factories import BookingFactory
from customers.models import Customer
from customers.tests.factories import ContactFactory, UserFactory
from myhibachi.core.errors import DomainError
from payments.services.erase import erase_customer
from payments.services.merge import merge_customers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sandbox")]

SLOT = {"date": date(2031, 5, 1), "time": clock_time(18)}


def a_booking(customer: Customer) -> Model:
    booking: Model = BookingFactory(customer=customer, status=Status.COMPLETED)
    return booking


def a_quote(customer: Customer) -> Model:
    now = timezone.now()
    return Quote.objects.create(
        customer=customer, reference="Q-1", guests=8, adults=8, total=0, deposit_due=0,
        rules_snapshot={}, status="sent", sent_at=now, expires_at=now, **SLOT,
    )  # fmt: skip


def a_place_in_line(customer: Customer) -> Model:
    return WaitlistEntry.objects.create(customer=customer, guests=8, adults=8, **SLOT)


def nothing_but_the_entry(customer: Customer) -> Model:
    return customer


def merging(kept: Customer, merged: Customer) -> Callable[[], object]:
    actor = UserFactory(role="manager")
    return lambda: merge_customers(kept_id=kept.pk, merged_id=merged.pk, actor=actor)


def erasing(customer: Customer) -> Callable[[], object]:
    actor = UserFactory(role="admin")
    return lambda: erase_customer(
        customer_id=customer.pk, typed_name=customer.name, actor=actor, now=timezone.now()
    )


def while_held(row: Model, *calls: Callable[[], object]) -> list[str]:
    """Start these one after the other, all stuck behind a row; let it go, and return their ends."""

    def run(call: Callable[[], object]) -> str:
        try:
            call()
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "done"

    found: list[Future[str]] = []
    with ThreadPoolExecutor(len(calls)) as pool:
        with transaction.atomic():
            type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)
            for call in calls:
                found.append(pool.submit(run, call))
                _wait_for_waiters(len(found))
        return [each.result() for each in found]


def _wait_for_waiters(count: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            # Within a transaction it would be as it was when first looked at.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone() == (count,):
                return
        time.sleep(0.02)
    raise AssertionError(f"{count} were to wait")


@pytest.mark.parametrize("first", ["merging", "erasing"])
@pytest.mark.parametrize("held", [a_booking, a_quote, a_place_in_line, nothing_but_the_entry])
def test_one_of_both_wins_and_the_other_is_told(held, first):
    merged_before, kept, merged = (ContactFactory() for _ in range(3))
    merging(merged, merged_before)()
    for make in {a_booking, a_quote, a_place_in_line} - {held}:
        make(merged)
    calls = [merging(kept, merged), erasing(merged)]

    ends = while_held(held(merged), *(calls if first == "merging" else reversed(calls)))

    assert ends == ["done", "customer_not_current"]
    merged.refresh_from_db()
    assert (merged.merged_into, bool(merged.erased_at)) == (
        (kept, False) if first == "merging" else (None, True)
    )


def test_who_is_being_merged_into_the_erased_one_is_not_left_behind():
    kept, merged = ContactFactory(), ContactFactory()

    ends = while_held(a_booking(kept), merging(kept, merged), erasing(kept))

    assert ends == ["done", "erase_refused"]
    erasing(kept)()
    assert set(Customer.objects.values_list("name", flat=True)) == {"Erased customer"}
