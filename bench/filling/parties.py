"""Bookings: four in five are past, over two years; the others come in the year ahead."""

import json

from django.utils import timezone

from bench.filling.functions import TODAY, ZONE
from bench.filling.sizes import Sizes
from bench.filling.table import fill, literal, run
from bookings.models import Booking, RuleBook
from bookings.queries.rules import current_rules

# A house with this many chefs; the rule book has two.
CAPACITY = 12
TIMES = ("12:00", "15:00", "18:00", "21:00")
PAST, AHEAD, BUSY = 730 * 4, 365 * 4, 90 * 4  # slots
HOLDS = "('pending', 'confirmed', 'completed')"

# Strides that are coprime to the number of slots: parties spread evenly.
PARTIES = f"""
CREATE TABLE bench.party AS
WITH chosen AS (
    SELECT n, n % 5 < 4 AS is_past, bench.chance('status', n) AS c
    FROM generate_series(1, $BOOKINGS) n
), stated AS (
    SELECT n, is_past, CASE
        WHEN is_past AND c < 0.66 THEN 'completed'
        WHEN is_past AND c < 0.68 THEN 'no_show'
        WHEN is_past AND c < 0.84 THEN 'expired'
        WHEN is_past THEN 'canceled'
        WHEN n % 1000 = 4 THEN 'pending'
        WHEN c < 0.60 THEN 'confirmed'
        WHEN c < 0.85 THEN 'expired'
        ELSE 'canceled'
    END AS status
    FROM chosen
), counted AS (
    SELECT *, status IN {HOLDS} AS holds,
        row_number() OVER (PARTITION BY is_past, status IN {HOLDS} ORDER BY n) AS k
    FROM stated
), placed AS (
    SELECT *, CASE
        WHEN is_past THEN -1 - (k * 1009) % {PAST}
        WHEN k % 2 = 0 THEN (k / 2 * 101) % {BUSY}
        ELSE (k / 2 * 1009) % {AHEAD}
    END AS slot
    FROM counted
), timed AS (
    SELECT *, {TODAY} + floor(slot / 4.0)::int AS date,
        ({literal(list(TIMES))}::time[])[1 + abs(slot) % 4] AS time
    FROM placed
), dated AS (
    SELECT *, (date + time) AT TIME ZONE '{ZONE}' AS starts_at,
        6 + floor(bench.chance('guests', n) * 24)::int AS guests,
        floor(bench.chance('children', n) * 6)::int AS children
    FROM timed
), made AS (
    SELECT *, CASE
        WHEN status = 'pending' THEN bench.now() - interval '90 minutes' * bench.chance('lead', n)
        ELSE LEAST(starts_at - interval '3 days', bench.now())
            - interval '70 days' * bench.chance('lead', n)
    END AS created_at,
    GREATEST(55000, (guests - children) * 5500 + children * 3000) AS total
    FROM dated
)
SELECT made.*, bench.id(created_at, 'booking', made.n) AS id, customer.id AS customer_id,
    customer.name, customer.email, customer.phone,
    CASE WHEN holds THEN row_number() OVER (PARTITION BY date, time, holds ORDER BY made.n) END
        AS seat
FROM made JOIN bench.customer customer ON customer.n = 1 + CASE
    WHEN made.n % 3 = 0 THEN floor(bench.chance('regular', made.n) * $CUSTOMERS / 10)::int
    ELSE floor(bench.chance('guest', made.n) * $CUSTOMERS)::int
END
"""
LINES = """jsonb_build_array(
    jsonb_build_object('code', 'adult', 'label', 'Adult', 'quantity', guests - children,
        'unit_amount', 5500, 'amount', (guests - children) * 5500),
    jsonb_build_object('code', 'child', 'label', 'Child', 'quantity', children,
        'unit_amount', 3000, 'amount', children * 3000)
)"""
PLACE = """
    100 + n % 9000 || ' '
    || bench.pick('{Main,Oak,Maple,Mission,Castro,Bay}', bench.chance('street', n)) || ' St, '
    || bench.pick('{San Jose,Fremont,Oakland,San Mateo,Palo Alto}', bench.chance('city', n))
    || ', CA'
"""


def fill_parties(sizes: Sizes) -> None:
    """Write bookings, and a rule book under which their slots have room for them."""
    rules = json.dumps(current_rules(timezone.now()).to_json())
    book = RuleBook.objects.latest("effective_from")
    book.pk, book.slot_capacity = None, CAPACITY
    book.effective_from = book.effective_from.replace(year=book.effective_from.year + 1)
    book.save()
    parties = PARTIES.replace("$BOOKINGS", str(sizes.bookings))
    run(parties.replace("$CUSTOMERS", str(sizes.customers)))
    run("CREATE UNIQUE INDEX ON bench.party (n)")
    # The unique index on seats holds; the trigger would lock each slot until the end.
    run("ALTER TABLE bookings_booking DISABLE TRIGGER USER")
    fill(
        Booking,
        "bench.party ORDER BY created_at",
        **{
            name: name
            for name in (
                "id",
                "customer_id",
                "status",
                "date",
                "time",
                "starts_at",
                "seat",
                "guests",
                "children",
                "total",
                "created_at",
            )
        },
        reference="bench.reference('H', n)",
        adults="guests - children",
        toddlers="0",
        updated_at="created_at",
        hold_expires_at="created_at + interval '2 hours'",
        confirmed_at="CASE WHEN status NOT IN ('pending', 'expired') THEN created_at END",
        canceled_at="CASE WHEN status = 'canceled' THEN created_at + interval '1 day' END",
        location=PLACE,
        zip_code="(94000 + n % 900)::text",
        location_needs_review="n % 1500 = 4",
        late_money="n % 2500 = 8 AND status IN ('expired', 'canceled')",
        contact_name="name",
        contact_email="email",
        contact_phone="phone",
        lines=LINES,
        deposit_due="10000",
        rules_snapshot=f"{literal(rules)}::jsonb",
    )
    run("ALTER TABLE bookings_booking ENABLE TRIGGER USER")
