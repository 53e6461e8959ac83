import django.db.models.deletion
from django.db import migrations, models

# One cause, one transaction: of several that claim it, the first that we heard of.
VIEW = """
CREATE VIEW payments_settlement AS
SELECT entry.id AS entry_id, moved.balance_transaction_id
FROM payments_ledgerentry entry
JOIN (
    SELECT cause, min(id) AS balance_transaction_id FROM (
        SELECT id, 'charge:' || source AS cause FROM payments_balancetransaction
        WHERE type IN ('charge', 'payment')
        UNION ALL
        SELECT id, 'fee:' || stripe_balance_transaction_id FROM payments_balancetransaction
        WHERE type IN ('charge', 'payment')
        UNION ALL
        SELECT id, CASE WHEN amount < 0 THEN 'refund:' ELSE 'refund_reversal:' END || source
        FROM payments_balancetransaction
        WHERE type IN ('refund', 'payment_refund', 'refund_failure')
        UNION ALL
        SELECT id, 'dispute:' || stripe_balance_transaction_id FROM payments_balancetransaction
        WHERE type = 'adjustment'
        UNION ALL
        SELECT id, 'dispute_fee:' || stripe_balance_transaction_id
        FROM payments_balancetransaction
        WHERE type = 'adjustment'
    ) claims GROUP BY cause
) moved ON moved.cause = regexp_replace(entry.cause, '^adjustment:(.*)#[0-9]+$', '\\1')
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
        migrations.RunSQL(VIEW, "DROP VIEW payments_settlement"),
    ]
