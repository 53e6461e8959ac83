import django.db.models.deletion
from django.db import migrations, models

# Which causes in our ledger a balance transaction stands for. Columns of the database itself, that
# have indexes, and the statistics without which the view below is planned badly.
COLUMNS = """
ALTER TABLE payments_balancetransaction
ADD COLUMN gross_cause text GENERATED ALWAYS AS (
    CASE
        WHEN type IN ('charge', 'payment') THEN 'charge:' || source
        WHEN type IN ('refund', 'payment_refund', 'refund_failure') AND amount < 0
            THEN 'refund:' || source
        WHEN type IN ('refund', 'payment_refund', 'refund_failure')
            THEN 'refund_reversal:' || source
        WHEN type = 'adjustment' THEN 'dispute:' || stripe_balance_transaction_id
    END
) STORED,
ADD COLUMN fee_cause text GENERATED ALWAYS AS (
    CASE
        WHEN type IN ('charge', 'payment') THEN 'fee:' || stripe_balance_transaction_id
        WHEN type = 'adjustment' THEN 'dispute_fee:' || stripe_balance_transaction_id
    END
) STORED;
CREATE INDEX balance_transaction_gross_cause ON payments_balancetransaction (gross_cause);
CREATE INDEX balance_transaction_fee_cause ON payments_balancetransaction (fee_cause);
"""
# What an adjustment corrects is part of the same transaction.
INDEX = """
CREATE INDEX ledger_adjusted_cause
ON payments_ledgerentry (regexp_replace(cause, '^adjustment:(.*)#[0-9]+$', '\\1'))
"""
# One cause, one transaction: of several that claim it, the first that we heard of.
VIEW = """
CREATE VIEW payments_settlement AS
SELECT entry.id AS entry_id, moved.id AS balance_transaction_id
FROM payments_ledgerentry entry
JOIN payments_balancetransaction moved ON moved.gross_cause =
    regexp_replace(entry.cause, '^adjustment:(.*)#[0-9]+$', '\\1')
WHERE NOT EXISTS (
    SELECT FROM payments_balancetransaction earlier
    WHERE earlier.gross_cause = moved.gross_cause AND earlier.id < moved.id
)
UNION ALL
SELECT entry.id, moved.id
FROM payments_ledgerentry entry
JOIN payments_balancetransaction moved ON moved.fee_cause =
    regexp_replace(entry.cause, '^adjustment:(.*)#[0-9]+$', '\\1')
"""
UNDO = """
DROP VIEW payments_settlement;
DROP INDEX ledger_adjusted_cause;
ALTER TABLE payments_balancetransaction DROP COLUMN gross_cause, DROP COLUMN fee_cause;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0008_money_in_booking"),
    ]

    operations = [
        migrations.AlterField(
            model_name="balancetransaction",
            name="source",
            field=models.CharField(
                blank=True, help_text="The charge, refund or dispute.", max_length=255
            ),
        ),
        migrations.AlterField(
            model_name="payment",
            name="tax",
            field=models.BigIntegerField(
                default=0, help_text="Cents that Stripe Tax put on top of the booking's bill."
            ),
        ),
        migrations.CreateModel(
            name="BalanceCursor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="balance_cursor_is_one_row"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="settlement",
                        serialize=False,
                        to="payments.ledgerentry",
                    ),
                ),
                (
                    "balance_transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="settlements",
                        to="payments.balancetransaction",
                    ),
                ),
            ],
            options={"db_table": "payments_settlement", "managed": False},
        ),
        migrations.RunSQL([COLUMNS, INDEX, VIEW], UNDO),
    ]
