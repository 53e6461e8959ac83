"""Not collected by itself: the run that test_fixtures.py kills."""

import time


def test_sleeps(db, sandbox, browser, tmp_path):
    (tmp_path / "asleep").touch()
    time.sleep(60)
