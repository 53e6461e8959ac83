"""One stack per data folder."""

import fcntl
from pathlib import Path
from typing import IO

from devstack.config import Refused


def take(data_dir: Path, *, pid: int) -> IO[str]:
    """Hold the folder for as long as the returned file stays open; a dead holder holds nothing.

    Raises:
        Refused: another stack holds it, or the folder is another user's.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        file = (data_dir / "lock").open("a+")
    except PermissionError as denied:
        raise Refused(
            f"{data_dir} belongs to another user. Choose another folder: DATA_DIR=… make run"
        ) from denied
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "?"
        file.close()
        raise Refused(
            f"{data_dir} is in use by process {holder}, another `make run`. Stop that one, "
            "or choose other places: DATA_DIR=.data2 PORT=8001 SANDBOX_PORT=12112 make run"
        ) from None
    file.truncate(0)
    file.write(str(pid))
    file.flush()
    return file
