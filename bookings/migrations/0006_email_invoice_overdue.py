from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0005_every_way_money_moves'),
    ]

    operations = [
        migrations.AlterField(
            model_name='email',
            name='kind',
            field=models.CharField(choices=[('booking_received', 'Booking Received'), ('hold_reminder', 'Hold Reminder'), ('hold_expired', 'Hold Expired'), ('deposit_received', 'Deposit Received'), ('balance_due', 'Balance Due'), ('party_reminder', 'Party Reminder'), ('booking_changed', 'Booking Changed'), ('booking_canceled', 'Booking Canceled'), ('quote', 'Quote'), ('waitlist_offer', 'Waitlist Offer'), ('invoice_overdue', 'Invoice Overdue')], max_length=24),
        ),
    ]
