"""What the filling's SQL has in common, in a schema of its own."""

from django.utils import timezone

from bench.filling.table import run
from myhibachi.core.ids import REFERENCE_ALPHABET

ZONE = "America/Los_Angeles"
# In the SQL below: today, at the venue.
TODAY = f"(bench.now() AT TIME ZONE '{ZONE}')::date"

_LETTERS = len(REFERENCE_ALPHABET)
# Coprime to the number of references there are: every number has another one.
_SPREAD = 1_234_567_891

FUNCTIONS = f"""
CREATE SCHEMA bench;
-- The same moment in every statement.
CREATE FUNCTION bench.now() RETURNS timestamptz LANGUAGE sql IMMUTABLE
RETURN '{{now}}'::timestamptz;
-- Something between 0 and 1 that is always the same for the same number.
CREATE FUNCTION bench.chance(what text, n bigint) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN (hashtextextended(what, n) & 1073741823) / 1073741824.0;
CREATE FUNCTION bench.pick(words text[], chance float8) RETURNS text LANGUAGE sql IMMUTABLE
RETURN words[1 + floor(chance * cardinality(words))::int];
-- As version 7 has it: ordered by its moment.
CREATE FUNCTION bench.id(at timestamptz, what text, n bigint) RETURNS uuid LANGUAGE sql STABLE
RETURN (
    lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
    || '7' || substr(md5(what || n), 1, 3) || '8' || substr(md5(what || n), 4, 15)
)::uuid;
CREATE FUNCTION bench.reference(prefix text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE
RETURN prefix || '-' || {
    " || ".join(
        f"substr('{REFERENCE_ALPHABET}', "
        f"(1 + n * {_SPREAD} % {_LETTERS**7} / {_LETTERS**place} % {_LETTERS})::int, 1)"
        for place in range(7)
    )
};
-- An id as Stripe would make it.
CREATE FUNCTION bench.stripe(prefix text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE
RETURN prefix || '_1' || substr(md5(prefix || n), 1, 24);
"""


def make_functions() -> None:
    """Write them."""
    run(FUNCTIONS.format(now=timezone.now().isoformat()))


def drop_functions() -> None:
    """Take them away again, with the tables that the filling was made from."""
    run("DROP SCHEMA bench CASCADE")
