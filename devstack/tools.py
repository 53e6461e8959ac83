"""What only the tests need: a Chromium, and Stripe's own command line."""

import argparse
import os
import shutil
import subprocess
from pathlib import Path

from devstack.config import ROOT
from devstack.progress import step

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
STRIPE_CLI = "@stripe/cli@1.52.0"
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
    program = FOLDER / "node_modules" / ".bin" / "stripe"
    if program.exists():
        return program
    if not shutil.which("npm"):
        raise ToolMissing("The tests with Stripe's CLI need npm. On Debian: apt-get install npm")
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Scripts stay off: the binary is in the platform's package, and nothing else is wanted.
    flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command = ["npm", "install", "--prefix", str(FOLDER), *flags, STRIPE_CLI]
    env = os.environ.copy()
    if SYSTEM_CERTIFICATES.exists():
        # Node trusts its own list alone, which knows no company's proxy.
        env.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    if done.returncode or not program.exists():
        raise ToolMissing(f"npm could not fetch {STRIPE_CLI}: {done.stderr.strip()[-300:]}")
    return program


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
    """Fetch both; what cannot be had is one line, and its tests fail with the same one."""
    problems = []
    for label, fetch in (("browser", install_browser), ("Stripe CLI", stripe_cli)):
        try:
            with step(label):
                fetch()
        except ToolMissing as missing:
            problems.append(str(missing))
    print("\n".join(problems))
    return 0
