"""The mirror's tables are dj-stripe's own, whichever migrations made them."""

import re
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_our_migrations_make_dj_stripes_own_schema():
    done = subprocess.run(
        [sys.executable, "manage.py", "check_mirror_schema", "--no-color"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Our schema of dj-stripe's tables equals its own: ")
    [count] = re.findall(r"\d+", done.stdout)
    assert int(count) > 1000
