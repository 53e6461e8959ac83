"""Makes .venv with the locked dependencies; does nothing when it is up to date.

Runs on whatever `python3` the machine has, so it is written for old ones and uses only the
standard library.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOCKS = ["requirements.txt", "requirements-dev.txt"]
NEWER = ["python3.14", "python3.13", "python3.12", "python3.11"]


def find_newer_python() -> None:
    """Start over on a Python 3.11 or newer, or say that there is none."""
    for name in NEWER:
        found = shutil.which(name)
        works = found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0
        if found and works:
            os.execv(found, [found] + sys.argv)  # noqa: S606, RUF005
    version = "%d.%d" % sys.version_info[:2]  # noqa: UP031 # must run on old Pythons
    sys.exit("My Hibachi needs Python 3.11 or newer; python3 here is %s." % version)  # noqa: UP031


def stamp_path() -> str:
    """Where a finished installation of exactly these locks leaves its mark."""
    digest = hashlib.sha256(sys.version.encode())
    for lock in LOCKS:
        with open(os.path.join(ROOT, lock), "rb") as file:
            digest.update(file.read())
    return os.path.join(VENV, ".installed-" + digest.hexdigest()[:16])


def make_environment() -> None:
    """Make .venv, anew if the one there does not start."""
    pip = [PYTHON, "-m", "pip", "--version"]
    if os.path.exists(PYTHON) and subprocess.call(pip, stdout=subprocess.DEVNULL) == 0:
        return
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        sys.exit("Python's venv module is missing here. On Debian: apt-get install python3-venv")
    venv.EnvBuilder(with_pip=True, clear=True, symlinks=True).create(VENV)


def install() -> None:
    """Install what the locks name, each file held against its hash."""
    pip = [PYTHON, "-m", "pip", "install", "--no-deps", "--require-hashes", "--no-input"]
    # Twice quiet: errors only.
    pip += ["--quiet", "--quiet", "--disable-pip-version-check"]
    for lock in LOCKS:
        pip += ["-r", os.path.join(ROOT, lock)]
    if subprocess.call(pip) != 0:
        sys.exit("The dependencies could not be installed; pip says why above.")


def main() -> None:
    """Bring .venv up to date and say so if that took work."""
    if sys.version_info < (3, 11):  # noqa: UP036 # an old python3 is what we look for
        find_newer_python()
    stamp = stamp_path()
    if os.path.exists(stamp):
        return
    started = time.time()
    print("  … installing the locked dependencies into .venv", flush=True)
    make_environment()
    install()
    open(stamp, "w").close()
    print("  ✓ dependencies  %.1f s" % (time.time() - started), flush=True)


if __name__ == "__main__":
    main()
