"""A slot's places in the database's own words: whatever writes a booking, it sells no more."""

import pgtrigger
from django.conf import settings

CONSTRAINT = "booking_seat_within_capacity"

# Who takes or counts the places of a slot holds this until the transaction ends.
SLOT_LOCK = (
    "pg_advisory_xact_lock(hashtextextended("
    "'bookings.slot ' || to_char({date} + {time}, 'YYYY-MM-DD HH24:MI:SS.US'), 0))"
)

# The same rule as `bookings.queries.occupancy`: an exception of this time goes before one of the
# whole day, and that before the rule book. The book in force is by the row's own clock where that
# is ahead of the database's, so that a booking made at another `now` is held to its own rules.
_HOLD_TO_CAPACITY = f"""
    IF TG_OP = 'UPDATE' AND (NEW."date", NEW."time", NEW.seat)
        IS NOT DISTINCT FROM (OLD."date", OLD."time", OLD.seat)
    THEN
        RETURN NEW;
    END IF;
    PERFORM {SLOT_LOCK.format(date='NEW."date"', time='NEW."time"')};
    places := COALESCE(
        (
            SELECT capacity FROM bookings_slotexception
            WHERE "date" = NEW."date" AND ("time" = NEW."time" OR "time" IS NULL)
            ORDER BY "time" NULLS LAST LIMIT 1
        ),
        (
            SELECT slot_capacity FROM bookings_rulebook
            WHERE effective_from <= (
                GREATEST(NEW.created_at, NEW.updated_at, now())
                AT TIME ZONE '{settings.TIME_ZONE}'
            )::date
            ORDER BY effective_from DESC LIMIT 1
        ),
        0
    );
    SELECT count(*) INTO taken FROM bookings_booking
    WHERE "date" = NEW."date" AND "time" = NEW."time" AND seat IS NOT NULL AND id <> NEW.id;
    IF NEW.seat > places OR taken >= places THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = '{CONSTRAINT}',
            MESSAGE = format(
                '{CONSTRAINT}: seat %s of %s on %s %s', NEW.seat, places, NEW."date", NEW."time"
            );
    END IF;
    RETURN NEW;
"""  # noqa: S608 # made of our own words alone

seat_within_capacity = pgtrigger.Trigger(
    name="seat_within_capacity",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("seat", "date", "time"),  # type: ignore[no-untyped-call] # it has no types
    when=pgtrigger.Before,
    condition=pgtrigger.Q(new__seat__isnull=False),
    declare=[("places", "integer"), ("taken", "integer")],
    func=_HOLD_TO_CAPACITY,
)

# Bookings were made under a book that has begun: neither it nor that past may change.
begun_is_fixed = pgtrigger.Protect(
    name="begun_is_fixed",
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition(
        "LEAST(OLD.effective_from, NEW.effective_from)"
        f" <= (now() AT TIME ZONE '{settings.TIME_ZONE}')::date"
    ),
)
