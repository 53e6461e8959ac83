from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0011_invoice_voiding")]

    operations = [
        migrations.AlterModelOptions(
            name="payment",
            options={
                "permissions": [
                    ("refund_payment", "Can refund a payment"),
                    ("refund_over_limit", "Can refund more than the limit"),
                    ("record_manual_payment", "Can record a Zelle, Venmo, cash or check payment"),
                    ("charge_saved_card", "Can charge a card that a customer has saved"),
                    ("view_analytics", "Can view payment analytics"),
                    ("export_ledger", "Can export the ledger for an accountant"),
                ]
            },
        ),
    ]
