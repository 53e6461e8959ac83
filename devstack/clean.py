"""Removes what run and test made: databases, logs, tools, the virtual environment, caches."""

import shutil
from pathlib import Path

from devstack import lock
from devstack.config import ROOT, Refused
from devstack.folders import database_home

CACHES = (".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis")


def main() -> None:
    """Remove it all, unless a stack still runs in it."""
    data = ROOT / ".data"
    if data.exists():
        try:
            lock.take(data, pid=0).close()
        except Refused as reason:
            raise SystemExit(str(reason)) from None
    homes = [database_home(data), database_home(data / "test")]
    for folder in [*homes, data, *(ROOT / name for name in CACHES)]:
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder and say so."""
    if folder.exists():
        shutil.rmtree(folder)
        print(f"  removed {folder}")


if __name__ == "__main__":
    main()
