from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0009_settlements"),
    ]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="succeeded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
