"""The ground that the other tests stand on."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

pytestmark = pytest.mark.django_db


def test_a_test_gets_a_migrated_database_of_its_own():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), count(*) > 20 FROM django_migrations")
        name, migrated = cursor.fetchone()

    assert (name.startswith("test_"), migrated) == (True, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_", ["first", "second"])
def test_what_a_transactional_test_commits_is_gone_for_the_next(_):
    assert not ContentType.objects.filter(app_label="mine").exists()
    ContentType.objects.create(app_label="mine", model="thing")
