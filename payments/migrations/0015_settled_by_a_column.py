"""The cause that Stripe settles becomes a column, and the view says when.

A regular expression for each entry of the ledger was most of what figures by cash date cost.
"""

from django.db import migrations

CAUSE = r"regexp_replace(cause, '^adjustment:(.*)#[0-9]+$', '\1')"
# One cause, one transaction: of several that claim it, the first that we heard of.
FIRST = """
WHERE NOT EXISTS (
    SELECT FROM payments_balancetransaction earlier
    WHERE earlier.gross_cause = moved.gross_cause AND earlier.id < moved.id
)
"""


def view(settled_cause: str, columns: str = "") -> str:
    """Return the view's definition."""
    parts = (
        f"SELECT entry.id AS entry_id, moved.id AS balance_transaction_id{columns} "
        "FROM payments_ledgerentry entry "
        f"JOIN payments_balancetransaction moved ON moved.{cause} = {settled_cause} {condition}"
        for cause, condition in (("gross_cause", FIRST), ("fee_cause", ""))
    )
    return f"DROP VIEW payments_settlement; CREATE VIEW payments_settlement AS {' UNION ALL '.join(parts)}"


# What filters by these two finds its entries along an index, whichever part they are in.
DATES = ", entry.occurred_at, moved.available_on"
DO = f"""
ALTER TABLE payments_ledgerentry
ADD COLUMN settled_cause text GENERATED ALWAYS AS ({CAUSE}) STORED;
CREATE INDEX ledger_settled_cause ON payments_ledgerentry (settled_cause);
{view("entry.settled_cause", DATES)};
DROP INDEX ledger_adjusted_cause;
ANALYZE payments_ledgerentry;
"""
UNDO = f"""
CREATE INDEX ledger_adjusted_cause ON payments_ledgerentry ({CAUSE});
{view(CAUSE.replace("(cause", "(entry.cause"))};
ALTER TABLE payments_ledgerentry DROP COLUMN settled_cause;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0014_what_waits"),
    ]

    operations = [
        migrations.RunSQL(DO, UNDO),
    ]
