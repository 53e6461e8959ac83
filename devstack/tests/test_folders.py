"""Where servers keep their files."""

import os
from pathlib import Path

from devstack import folders


def test_a_socket_folder_with_too_long_a_path_gets_a_short_stand_in(tmp_path: Path):
    deep = tmp_path / ("long" * 30)

    stand_in = folders.short_folder(deep)

    assert len(str(stand_in)) < 60
    assert stand_in == folders.short_folder(deep)
    assert stand_in != folders.short_folder(deep / "other")


def test_a_socket_folder_whose_path_a_url_cannot_hold_gets_a_stand_in(tmp_path: Path):
    assert folders.short_folder(tmp_path) == tmp_path
    assert folders.short_folder(tmp_path / "100% #1") != tmp_path / "100% #1"


def test_the_database_of_root_moves_out_of_a_folder_that_nobody_can_enter(tmp_path: Path):
    data_dir = folders.private_folder(tmp_path / "closed") / "data"

    home = folders.database_home(data_dir)

    if os.geteuid() == 0:
        assert home.parent == Path("/var/tmp")
        home.rmdir()
    else:
        assert home == data_dir / "postgres"
