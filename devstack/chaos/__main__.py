"""`make chaos`: a storm over a system of its own; exit status 1 on any difference."""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from devstack.chaos import report
from devstack.chaos.client import Client
from devstack.chaos.storm import Plan, calm, rage
from devstack.chaos.system import System
from devstack.chaos.trouble import Blows, Sky, plan
from devstack.folders import database_home

# For ninety seconds of storm; longer ones have more of each.
DEEDS = {
    "deliveries misbehave in another way": 12,
    "Stripe's API breaks": 30,
    "kill the worker": 4,
    "kill the web server": 1,
    "kill the clock": 1,
    "crash the database": 2,
    "flush Redis": 2,
    "kill Redis": 1,
}
USUAL_SECONDS = 90.0
PATIENCE = 240


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser("devstack.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="of an earlier storm, to have its like again")
    parser.add_argument("--guests", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=USUAL_SECONDS, help="how long it rages")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    return parser.parse_args()


def main() -> int:
    """Make a storm and say how it ended."""
    chosen = arguments()
    seed = random.randrange(10**6) if chosen.seed is None else chosen.seed
    counts = {name: max(1, round(n * chosen.seconds / USUAL_SECONDS)) for name, n in DEEDS.items()}
    print(f"  SEED={seed} GUESTS={chosen.guests} SECONDS={chosen.seconds:.0f}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="hibachi-chaos-")) / "data"
    system = System(folder)
    try:
        system.start()
        differences = storm(system, Plan(seed, chosen.guests, chosen.seconds, counts))
    finally:
        system.stop()
        clean_up(folder, keep=chosen.keep)
    again = f"make chaos SEED={seed} GUESTS={chosen.guests} SECONDS={chosen.seconds:.0f}"
    print(f"\n  Again: {again}", flush=True)
    return 1 if differences else 0


def clean_up(folder: Path, *, keep: bool) -> None:
    """Remove the database, and the logs unless they are to be kept."""
    shutil.rmtree(database_home(folder), ignore_errors=True)
    if keep:
        print(f"\n  Logs: {folder / 'logs'}")
    else:
        shutil.rmtree(folder.parent)


def storm(system: System, wanted: Plan) -> int:
    """Rage, calm down, report; returns the number of differences."""
    began, rng = time.monotonic(), random.Random(wanted.seed)

    def say(what: str) -> None:
        print(f"  {time.monotonic() - began:6.1f} s  {what}", flush=True)

    tally: Counter[str] = Counter()
    client = Client(system, tally=tally, seed=str(wanted.seed))
    sky, blows = Sky(client, rng=rng, tally=tally), Blows(system, rng=rng, tally=tally)
    sky.change_weather()
    planned = plan(wanted.deeds, seconds=wanted.seconds, rng=rng)
    tally += rage(system, wanted, sky.deeds() | blows.deeds(), planned, say=say)
    say("every guest has gone home; the sky clears")
    verdict = calm(system, sky, patience=PATIENCE, say=say)
    for line in report.lines(client, tally, verdict):
        print(line)
    return len(verdict.differences)


if __name__ == "__main__":
    sys.exit(main())
