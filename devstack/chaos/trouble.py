"""What goes wrong while the guests pay: a seeded plan of deeds, each at its second."""

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from redis import Redis

from devstack.chaos.client import Client, Json
from devstack.chaos.system import System
from devstack.programs import answers

Deeds = dict[str, Callable[[], None]]

# How deliveries misbehave for a while. One in ten never comes, whatever else happens.
WEATHER: list[Json] = [
    {"duplicate": 1, "shuffle": True, "reverse": False, "delay": 0.2, "drop": 0.1, "hold": False},
    {"duplicate": 2, "shuffle": False, "reverse": True, "delay": 0.0, "drop": 0.1, "hold": False},
    {"duplicate": 0, "shuffle": True, "reverse": False, "delay": 2.0, "drop": 0.15, "hold": False},
    {"duplicate": 0, "shuffle": False, "reverse": False, "delay": 0.0, "drop": 0.05, "hold": True},
]
API_FAULTS = ("429", "500", "timeout", "reset", "reset_after", "reset_after", "latency")
PATHS = ("/v1/*", "/v1/payment_intents*", "/v1/checkout/*", "/v1/refunds*", "/v1/invoice*")


class Planned(NamedTuple):
    """A deed and its time, in seconds from the start."""

    at: float
    name: str


def plan(counts: dict[str, int], *, seconds: float, rng: random.Random) -> list[Planned]:
    """Spread each deed over the storm, the same number of times in each part of it."""
    deeds = [
        Planned(seconds * (part + rng.random()) / count, name)
        for name, count in counts.items()
        for part in range(count)
    ]
    return sorted(deeds)


def play(deeds: Deeds, planned: list[Planned], *, say: Callable[[str], None]) -> None:
    """Do each deed at its time, or right after the one before."""
    began = time.monotonic()
    for at, name in planned:
        time.sleep(max(0.0, began + at - time.monotonic()))
        started = time.monotonic()
        deeds[name]()
        say(f"{name} ({time.monotonic() - started:.1f} s)")


class Sky:
    """What the sandbox can do to us. It acts through the sandbox's control API."""

    def __init__(self, client: Client, *, rng: random.Random, tally: Counter[str]) -> None:
        self.client, self.rng, self.tally = client, rng, tally

    def change_weather(self) -> None:
        """Deliveries misbehave in another way; what was held comes, shuffled and twice."""
        weather = self.rng.choice(WEATHER)
        body = {"webhooks": weather, "seed": self.rng.randrange(2**32)}
        self.client.control("POST", "faults", body)
        self.release()

    def release(self) -> None:
        """Deliver what is held."""
        body = {"order": self.rng.choice(("reversed", "shuffled")), "copies": 2}
        self.client.control("POST", "deliver", body | {"seed": self.rng.randrange(2**32)})

    def break_the_api(self) -> None:
        """The next few calls to Stripe fail."""
        fault = {
            "kind": self.rng.choice(API_FAULTS),
            "path": self.rng.choice(PATHS),
            "times": self.rng.randint(1, 4),
            "seconds": self.rng.uniform(0.5, 2),
        }
        self.client.control("POST", "faults", {"api": [fault]})

    def clear(self) -> None:
        """Everything behaves again."""
        self.client.control("DELETE", "faults")
        self.release()

    def deeds(self) -> Deeds:
        return {
            "deliveries misbehave in another way": self.change_weather,
            "Stripe's API breaks": self.break_the_api,
        }


class Blows:
    """What can be done to our own processes."""

    def __init__(self, system: System, *, rng: random.Random, tally: Counter[str]) -> None:
        self.system, self.rng, self.tally = system, rng, tally

    def deeds(self) -> Deeds:
        kills = {
            f"kill {label}": self._killer(name, label)
            for name, label in (
                ("worker", "the worker"),
                ("web", "the web server"),
                ("beat", "the clock"),
            )
        }
        return kills | {
            "crash the database": self.crash_database,
            "kill Redis": self.kill_redis,
            "flush Redis": self.flush_redis,
        }

    def crash_database(self) -> None:
        """PostgreSQL ends as after a power cut; meanwhile the web has to say so, and live."""
        self.system.restart_database(pause=self.rng.uniform(0.5, 2))
        self.tally["database crashes"] += 1
        began = time.monotonic()
        while not answers(f"{self.system.url}/readyz"):
            if time.monotonic() - began > 60:
                raise RuntimeError("The web server did not come back after the database had.")
            time.sleep(0.1)

    def kill_redis(self) -> None:
        """The broker and the cache are gone, and come back empty."""
        self.system.kill_redis(pause=self.rng.uniform(0.2, 2))
        self.tally["Redis kills"] += 1

    def flush_redis(self) -> None:
        """Every queued task is lost."""
        flush_redis(self.system.environment["REDIS_URL"])
        self.tally["Redis flushes"] += 1

    def _killer(self, name: str, label: str) -> Callable[[], None]:
        def kill() -> None:
            self.system.kill(name)
            self.tally[f"SIGKILLs of {label}"] += 1

        return kill


def flush_redis(url: str) -> None:
    """Empty a Redis."""
    with Redis.from_url(url) as redis:
        redis.flushall()
