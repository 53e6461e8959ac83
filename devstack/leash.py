"""Runs a program that dies with its parent, however the parent dies.

`python leash.py PARENT SIGNAL UID PROGRAM ARGUMENT…` asks the kernel for SIGNAL when process PARENT
ends, becomes user UID (0 keeps the user) and turns into PROGRAM. Linux only; elsewhere a
program outlives a parent that was killed with SIGKILL.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(deadly: int = signal.SIGKILL) -> None:
    """Have the kernel send `deadly` to this process when the thread that made it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, deadly)


def become(uid: int) -> None:
    """Give up root for good and be user `uid`, with no group but its own."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def main(arguments: list[str]) -> None:
    """Become the program, or leave quietly when the parent is gone already."""
    parent, deadly, uid = (int(argument) for argument in arguments[:3])
    if uid:
        become(uid)
    # After become(): a change of user clears the request.
    die_with_parent(deadly)
    if os.getppid() == parent:
        os.execvp(arguments[3], arguments[3:])  # noqa: S606 # turning into the program is the point


if __name__ == "__main__":
    main(sys.argv[1:])
