import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0005_every_way_money_moves'),
        ('payments', '0007_fraud_warnings_heard'),
    ]

    operations = [
        migrations.AddField(
            model_name='moneyin',
            name='booking',
            field=models.ForeignKey(blank=True, help_text='Where it is recorded, or will be: somebody has agreed to it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings.booking'),
        ),
        migrations.AddIndex(
            model_name='moneyin',
            index=models.Index(condition=models.Q(('booking__isnull', False), ('status', 'unmatched')), fields=['decided_at'], name='money_in_agreed'),
        ),
        migrations.AddIndex(
            model_name='moneyin',
            index=models.Index(fields=['received_on', 'amount'], name='payments_mo_receive_feb06c_idx'),
        ),
        migrations.AddConstraint(
            model_name='moneyin',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('booking__isnull', False), ('status', 'recorded')), ('status', 'unmatched'), models.Q(('booking__isnull', True), ('status', 'ignored')), _connector='OR'), name='money_in_recorded_has_its_booking'),
        ),
    ]
