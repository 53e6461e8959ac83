"""The mirror's tables are dj-stripe's own, whichever migrations made them."""

from io import StringIO

import pytest
from django.core.management import call_command


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_our_migrations_make_dj_stripes_own_schema():
    out = StringIO()

    call_command("check_mirror_schema", stdout=out, no_color=True)

    assert out.getvalue() == "Our schema of dj-stripe's tables equals its own.\n"
