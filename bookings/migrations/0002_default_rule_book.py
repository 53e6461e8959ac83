import datetime as dt

from django.db import migrations


def make_default(apps, schema_editor):
    """The first rule book: each column's default is the house's own."""
    apps.get_model("bookings", "RuleBook").objects.get_or_create(
        effective_from=dt.date(2020, 1, 1)
    )


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial")]

    operations = [migrations.RunPython(make_default, migrations.RunPython.noop)]
