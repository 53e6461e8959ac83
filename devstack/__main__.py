"""`python -m devstack run` and its companions."""

import argparse
import contextlib
import json
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from devstack import config as configuration
from devstack import lock, panel, tools
from devstack.config import Config, Refused
from devstack.leash import die_with_parent
from devstack.postgres import PostgresMissing
from devstack.progress import step
from devstack.stack import Crashed, Stack
from devstack.valkey import RedisMissing

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Someone asked us to stop."""


def on_stop_signal(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


def run(arguments: argparse.Namespace) -> int:
    """Run the stack until it is stopped (0) or a part of it ends (1)."""
    for number in STOP_SIGNALS:
        signal.signal(number, on_stop_signal)
    if arguments.parent:
        die_with_parent(signal.SIGTERM)
        if os.getppid() != arguments.parent:
            return 0
    config = configuration.read()
    with lock.take(config.data_dir, pid=os.getpid()):
        configuration.check_ports(config)
        return supervise(config, Stack(config, without=frozenset(arguments.without)))


def supervise(config: Config, stack: Stack) -> int:
    """Start, watch and, whatever happens, stop."""
    try:
        stack.start()
        print(panel.text(config, stack.env), flush=True)
        stack.watch()
    except Stopped:
        return 0
    except (Crashed, PostgresMissing, RedisMissing, RuntimeError) as problem:
        print(f"\n  {problem}\n", file=sys.stderr, flush=True)
    finally:
        stop(stack)
    return 1


def stop(stack: Stack) -> None:
    """Stop everything; a second Ctrl-C cuts it short."""
    with step("stop everything"):
        try:
            stack.stop()
        except Stopped:
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            stack.kill()


def with_environment(arguments: argparse.Namespace) -> NoReturn:
    """Become a command that sees the running stack's database, broker and keys."""
    if not arguments.command:
        raise Refused("Which command? python -m devstack env COMMAND …")
    state = configuration.read().data_dir / "running.json"
    if not state.exists():
        raise Refused("Nothing runs here; start `make run` first.")
    env = os.environ | json.loads(state.read_text())["environment"]
    os.execvpe(arguments.command[0], arguments.command, env)  # noqa: S606 # becoming it is the point


def parser() -> argparse.ArgumentParser:
    """The command line."""
    root = argparse.ArgumentParser(prog="devstack", description=__doc__)
    commands = root.add_subparsers(required=True)
    start = commands.add_parser("run", help="start everything, until Ctrl-C")
    start.add_argument("--parent", type=int, help="end when this process, which started us, ends")
    start.add_argument(
        "--without",
        action="append",
        default=[],
        choices=["worker", "beat"],
        help="leave a process out, to run it in a debugger",
    )
    start.set_defaults(action=run)
    env = commands.add_parser("env", help="run a command in the running stack's environment")
    env.add_argument("command", nargs=argparse.REMAINDER)
    env.set_defaults(action=with_environment)
    fetch = commands.add_parser(
        "tools", help="get what the tests need: a browser, Stripe's CLI, axe"
    )
    fetch.set_defaults(action=tools.install)
    return root


def main() -> int:
    """Run the command; a refusal is one line."""
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr] # not when replaced
    arguments = parser().parse_args()
    try:
        return int(arguments.action(arguments) or 0)
    except Refused as reason:
        print(reason, file=sys.stderr)
        return 1
    except Stopped:
        return 0


if __name__ == "__main__":
    sys.exit(main())
