"""The demo data, with and without a sandbox that answers."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from bookings.models import Booking, Quote
from customers.models import User
from customers.roles import role_of
from payments.management.demo.offers import make_quotes
from payments.management.demo.parties import COMING, PAST, TODAY
from payments.management.demo.people import make_people
from payments.models import Dispute, Invoice, LedgerEntry, Payment, Refund
from payments.queries.today.kinds import KINDS
from payments.queries.today.waiting import waiting
from payments.tests import stripe_world as stripe


def run() -> str:
    out = StringIO()
    call_command("create_test_data", stdout=out, no_color=True)
    return out.getvalue()


def states() -> Counter[str]:
    return Counter(Booking.objects.values_list("status", flat=True))


def totals() -> dict[str, int]:
    rows = LedgerEntry.objects.values("kind").annotate(total=Sum("amount"))
    return {row["kind"]: row["total"] for row in rows}


def assert_books_agree() -> None:
    for booking in Booking.objects.all():
        tips = booking.ledger_entries.filter(payment__payment_type="gratuity")
        money = booking.ledger_entries.exclude(kind="fee").exclude(pk__in=tips)
        assert booking.paid == (money.aggregate(total=Sum("amount"))["total"] or 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox")
def test_it_tells_months_of_parties_and_pays_some_by_card():
    assert run().splitlines()[-1] == f"Made {len(PAST) + len(COMING) + len(TODAY)} demo bookings."

    assert states() == {"completed": len(PAST) + 1, "confirmed": 16, "pending": 4, "expired": 1}
    methods = Counter(Payment.objects.succeeded().values_list("method", flat=True))
    assert methods["stripe"] == 9
    assert methods.keys() == {"stripe", "zelle", "venmo", "cash", "check"}
    refunds = Refund.objects.order_by("amount")
    assert [(r.status, r.approval, r.amount) for r in refunds] == [
        ("succeeded", "", 2500),
        ("pending", "requested", 60000),
    ]
    assert [i.status for i in Invoice.objects.all()] == ["open"]
    assert totals()["fee"] < 0
    assert_books_agree()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox")
def test_a_second_run_and_stripes_events_change_nothing():
    run()
    before = (states(), totals(), Payment.objects.count(), User.objects.count())

    assert run() == "The demo data is there already.\n"

    assert (states(), totals(), Payment.objects.count(), User.objects.count()) == before
    assert_books_agree()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox")
def test_stripes_events_bring_the_dispute_and_nothing_else():
    run()
    before = states(), totals(), Payment.objects.count()

    stripe.deliver()

    [dispute] = Dispute.objects.all()
    taken = {"dispute_withdrawn": -dispute.amount}
    assert (states(), totals(), Payment.objects.count()) == (
        before[0],
        before[1] | taken,
        before[2],
    )
    assert_books_agree()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sandbox")
def test_the_first_page_has_something_to_do_of_many_kinds():
    run()
    stripe.deliver()

    now = timezone.now()
    waits = {name: found.count for name, found in waiting(KINDS, now=now, shown=1).items()}
    # Today's and tomorrow's parties are here or there, by the time of day.
    assert waits.pop("owed_soon") >= 2
    assert waits.pop("owed_after") >= 1
    waits.pop("count_due", None)
    assert waits == {
        "deposits_failing": 1,
        "holds": 1,
        "disputes": 1,
        "dispute": 1,
        "late_money": 1,
        "place_unknown": 1,
        "to_approve": 1,
        "money_in": 3,
        "quotes": 1,
        "to_finish": 1,
    }


@pytest.mark.django_db(transaction=True)
def test_without_stripe_everything_is_paid_by_hand(settings):
    settings.STRIPE = type(settings.STRIPE)(
        **vars(settings.STRIPE) | {"api_base": "https://api.stripe.com"}
    )

    run()

    assert not Payment.objects.filter(method="stripe").exists()
    assert states() == {"completed": len(PAST) + 1, "confirmed": 17, "pending": 3, "expired": 1}
    assert_books_agree()


@pytest.mark.django_db
def test_there_are_quotes_of_each_kind_to_look_at_and_no_more_the_second_time():
    people, now = make_people(), timezone.now()

    assert [make_quotes(people, now=now), make_quotes(people, now=now)] == [5, 0]

    kinds = Quote.objects.order_by("created_at", "id").values_list(
        "status", "version", "asked_by_customer"
    )
    assert list(kinds) == [
        ("draft", 1, True),
        ("draft", 1, False),
        ("sent", 1, False),
        ("sent", 2, False),
        ("declined", 1, False),
    ]


@pytest.mark.django_db
def test_each_role_gets_its_login():
    make_people()

    demo = User.objects.filter(email__endswith="@myhibachi.test")
    assert {user.email.split("@")[0]: role_of(user) for user in demo} == {
        "owner": "admin",
        "finance": "finance",
        "manager": "manager",
        "support": "support",
        "guest": None,
    }
    assert all(user.check_password("hibachi-demo") for user in demo)


@pytest.mark.django_db
@pytest.mark.parametrize("environment", ["staging", "production"])
def test_it_refuses_where_customers_are_real(settings, environment: str):
    settings.ENVIRONMENT = environment

    with pytest.raises(CommandError, match=f"No demo data in {environment}"):
        run()
    assert User.objects.count() == 0
