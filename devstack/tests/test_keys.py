"""The keys a development stack makes for itself."""

from pathlib import Path

import pytest

from devstack import keys


def test_keys_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path):
    file = tmp_path / "keys.env"

    assert keys.kept(file) == keys.kept(file)
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("key", "real"),
    [
        ("", False),
        ("sk_test_replaceWithYourOwnTestKey00", False),
        (f"sk_test_{keys.DEMO}abcdefghijklmnopqrstuv", False),
        ("sk_test_51Habcdefghijklmnopqrstuv", True),
        ("rk_live_51Habcdefghijklmnopqrstuv", True),
        ("mistyped", True),
    ],
)
def test_the_sandbox_stays_off_for_any_key_of_a_person(key: str, real: bool):
    assert keys.is_real(key) == real
