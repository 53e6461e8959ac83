"""`.env.example` is the list of every setting."""

import re

from django.conf import settings

READ = re.compile(r"""(?:env\.\w+\(|required\(env,)\s*"([A-Z_]+)\"""")
LISTED = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)


def names(pattern: re.Pattern[str], *files: str) -> set[str]:
    found = (pattern.findall((settings.BASE_DIR / file).read_text()) for file in files)
    return {name for names_of_file in found for name in names_of_file}


def test_it_lists_every_variable_that_the_settings_read_and_no_other():
    read = names(READ, "myhibachi/settings.py", "myhibachi/env.py")

    assert read == names(LISTED, ".env.example")
    assert {"SECRET_KEY", "DATABASE_URL", "ENABLE_AUTOMATIC_TAX"} <= read
