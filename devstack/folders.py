"""Folders that the right user can reach and no other can read."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

# A Unix socket's whole path has to fit in 108 bytes; ".s.PGSQL.5432" is the longest name here.
LONGEST_FOLDER = 108 - len("/.s.PGSQL.5432.lock") - 1


def private_folder(folder: Path, *, uid: int = 0) -> Path:
    """Make `folder` so that only its owner, `uid` when it is not 0, can enter it."""
    folder.mkdir(parents=True, exist_ok=True)
    if uid:
        os.chown(folder, uid, uid)
    folder.chmod(0o700)
    return folder


def reachable_by_all(folder: Path) -> bool:
    """Say whether any user can enter `folder`; folders that are not there yet count as open."""
    existing = [path for path in (folder, *folder.parents) if path.exists()]
    return all(path.stat().st_mode & 0o001 for path in existing)


def stand_in(folder: Path, *, below: Path) -> Path:
    """Return a folder below `below` that belongs to `folder` alone, always the same one.

    Raises:
        PermissionError: another user made it first.
    """
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    path = below / f"myhibachi-{os.geteuid()}-{name}"
    path.mkdir(mode=0o755, exist_ok=True)
    if path.stat().st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to another user. Remove it and start again.")
    return path


def short_folder(folder: Path) -> Path:
    """Return `folder`, or a stand-in when its path is too long for a socket or odd in a URL."""
    if len(os.fsencode(folder)) <= LONGEST_FOLDER and re.fullmatch(r"[\w./-]+", str(folder)):
        return folder
    return stand_in(folder, below=Path(tempfile.gettempdir())) / "s"


def database_home(data_dir: Path) -> Path:
    """Return where a database server of `data_dir` lives.

    For root that is a stand-in below /var/tmp when `nobody`, who runs the server, cannot get to
    `data_dir`.
    """
    home = data_dir / "postgres"
    if os.geteuid() == 0 and not reachable_by_all(data_dir):
        return stand_in(home, below=Path("/var/tmp"))  # noqa: S108 # stand_in checks the owner
    return home
