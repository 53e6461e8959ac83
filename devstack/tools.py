"""What only the tests need: a Chromium, Stripe's own command line, and axe."""

import argparse
import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from devstack.config import ROOT
from devstack.progress import step

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
STRIPE_CLI = "@stripe/cli@1.52.0"
AXE = "axe-core@4.14.1"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
FOLDER = ROOT / ".data" / "tools"


class ToolMissing(Exception):
    """A program is not here and could not be fetched; the message says what to install."""


def browser() -> Path:
    """Return the system's Chromium.

    Raises:
        ToolMissing: there is none.
    """
    for name in BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    raise ToolMissing("The browser tests need Chromium. On Debian: apt-get install chromium")


def stripe_cli() -> Path:
    """Return Stripe's own command line, fetched from npm the first time.

    Raises:
        ToolMissing: there is no npm, or it could not fetch it.
    """
    return _from_npm(".bin/stripe")


def axe() -> Path:
    """Return axe's script, which finds what keeps people from using a page; from npm, too.

    Raises:
        ToolMissing: there is no npm, or it could not fetch it.
    """
    return _from_npm("axe-core/axe.min.js")


def _from_npm(name: str) -> Path:
    """Return a file of the packages, after fetching both where it is not here."""
    found = FOLDER / "node_modules" / name
    if found.exists():
        return found
    if not shutil.which("npm"):
        raise ToolMissing(
            f"The tests need npm, for {STRIPE_CLI} and {AXE}. On Debian: apt-get install npm"
        )
    FOLDER.mkdir(parents=True, exist_ok=True)
    # One at a time: each worker of the tests may be the first to ask.
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = "" if found.exists() else _npm_install()
    if not found.exists():
        raise ToolMissing(f"npm could not fetch {STRIPE_CLI} and {AXE}: {said.strip()[-300:]}")
    return found


def _npm_install() -> str:
    """Fetch both at once, for npm takes away what it is not asked for; return its complaints."""
    # Scripts stay off: the binary is in the platform's package, and nothing else is wanted.
    flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command = ["npm", "install", "--prefix", str(FOLDER), *flags, STRIPE_CLI, AXE]
    env = os.environ.copy()
    if SYSTEM_CERTIFICATES.exists():
        # Node trusts its own list alone, which knows no company's proxy.
        env.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False).stderr


def install_browser() -> None:
    """Have a Chromium: the one that is there, else Debian's package when we are root.

    Raises:
        ToolMissing: there is none, and we cannot install it.
    """
    try:
        browser()
    except ToolMissing:
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            command = ["apt-get", "-qq", *arguments]
            subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=False)
        browser()


def install(_: argparse.Namespace) -> int:
    """Fetch them all; what cannot be had is one line, and its tests fail with the same one."""
    problems = []
    tools = (("browser", install_browser), ("Stripe CLI", stripe_cli), ("axe", axe))
    for label, fetch in tools:
        try:
            with step(label):
                fetch()
        except ToolMissing as missing:
            problems.append(str(missing))
    print("\n".join(problems))
    return 0
