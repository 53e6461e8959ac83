from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0010_refund_succeeded_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='voiding',
            field=models.CharField(blank=True, choices=[('for_card', 'So that a card payment could begin'), ('for_good', 'For good, by staff')], max_length=8),
        ),
    ]
