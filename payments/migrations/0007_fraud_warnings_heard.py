from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0006_every_way_money_moves'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='webhookevent',
            index=models.Index(condition=models.Q(('type__in', ['radar.early_fraud_warning.created', 'radar.early_fraud_warning.updated'])), fields=['stripe_created'], name='webhook_event_fraud_warning'),
        ),
    ]
