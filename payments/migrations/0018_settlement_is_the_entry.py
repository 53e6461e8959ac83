"""The view of settlements carries what is added up, so that nobody joins the ledger again for it."""

from django.db import migrations

# One cause, one transaction: of several that claim it, the first that we heard of.
FIRST = """
WHERE NOT EXISTS (
    SELECT FROM payments_balancetransaction earlier
    WHERE earlier.gross_cause = moved.gross_cause AND earlier.id < moved.id
)
"""
OF_THE_ENTRY = ", entry.kind, entry.amount, entry.cause, entry.payment_id"


def view(columns: str) -> str:
    """Return the view's definition."""
    parts = (
        "SELECT entry.id AS entry_id, moved.id AS balance_transaction_id, entry.occurred_at, "
        f"moved.available_on{columns} FROM payments_ledgerentry entry "
        "JOIN payments_balancetransaction moved "
        f"ON moved.{cause} = entry.settled_cause {condition}"
        for cause, condition in (("gross_cause", FIRST), ("fee_cause", ""))
    )
    return f"DROP VIEW payments_settlement; CREATE VIEW payments_settlement AS {' UNION ALL '.join(parts)}"


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0017_rare_choices"),
    ]

    operations = [
        migrations.RunSQL(view(OF_THE_ENTRY), view("")),
    ]
