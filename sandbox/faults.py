"""Faults on demand: webhooks that come late, twice or never, and an API that misbehaves."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from sqlite3 import Row
from typing import Any

from sandbox.store import Store

WINDOW = 0.5  # seconds over which reversed or shuffled deliveries are collected
STEP = 0.000_1  # seconds between reversed deliveries
KEPT = {"500_kept", "500_after"}
KINDS = KEPT | {"latency", "429", "500", "timeout", "reset", "reset_after"}


@dataclass
class WebhookFaults:
    """What happens to deliveries between the event and the wire."""

    duplicate: int = 0
    shuffle: bool = False
    reverse: bool = False
    hold: bool = False
    delay: float = 0.0
    drop: float = 0.0
    rng: random.Random = field(default_factory=random.Random)

    def apply(self, store: Store) -> None:
        """Decide the fate of each delivery that was just queued."""
        with store.lock:
            rows = store.sql.execute("SELECT * FROM deliveries WHERE state = 'new'").fetchall()
            if rows:
                with store.transaction():
                    for row in rows:
                        self._place(store, row)

    def _place(self, store: Store, row: Row) -> None:
        state = "dropped" if self._drops() else "held" if self.hold else "pending"
        for copy in range(1 + self.duplicate):
            values = (row["event"], row["endpoint"], self._due(store, row), state)
            if copy == 0:
                change = "UPDATE deliveries SET due = ?, state = ? WHERE id = ?"
                store.sql.execute(change, (*values[2:], row["id"]))
            else:
                store.sql.execute(
                    "INSERT INTO deliveries (event, endpoint, due, state) VALUES (?, ?, ?, ?)",
                    values,
                )

    def _drops(self) -> bool:
        """``drop`` below 1 is a probability; from 1 on it is how many to lose."""
        if self.drop >= 1:
            self.drop -= 1
            return True
        return self.drop > 0 and self.rng.random() < self.drop

    def _due(self, store: Store, row: Row) -> float:
        due = float(row["due"]) + self.delay
        if self.shuffle:
            return due + self.rng.uniform(0, WINDOW)
        if self.reverse:
            query = "SELECT min(due) FROM deliveries WHERE state = 'pending' AND endpoint = ?"
            first = store.sql.execute(query, (row["endpoint"],)).fetchone()[0]
            return float(first) - STEP if first and first > time.time() else due + WINDOW
        return due


@dataclass
class ApiFault:
    """One way the API misbehaves, ``times`` times, for calls that match.

    ``kind``: latency (answer after ``seconds``), 429, 500, timeout (silent for ``seconds``, then
    the connection drops; not executed), reset (not executed), reset_after (executed, answer lost),
    500_kept (not executed, and answered under the same key again), 500_after (the same, executed).
    """

    kind: str
    path: str = "*"
    method: str = "*"
    times: int = 1
    seconds: float = 1.0

    def matches(self, method: str, path: str, *, again: bool = False) -> bool:
        """Whether it still applies to this call; ``again`` says that its answer is kept already."""
        is_meant = fnmatchcase(path, self.path) and self.method in ("*", method)
        return self.times > 0 and is_meant and not (again and self.kind in KEPT)


class Faults:
    """All faults in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.webhooks = WebhookFaults()
        self.api: list[ApiFault] = []
        self.met: Counter[str] = Counter()

    def set(self, wanted: dict[str, Any]) -> None:
        """Add API faults and change webhook faults; unknown names raise ``TypeError``."""
        given = [fault | {"kind": str(fault["kind"])} for fault in wanted.get("api", [])]
        api = [ApiFault(**fault) for fault in given]
        unknown = {fault.kind for fault in api} - KINDS
        if unknown:
            raise TypeError(min(unknown))
        with self._lock:
            self.api.extend(api)
            if "seed" in wanted:
                self.webhooks.rng.seed(wanted["seed"])
            for name, value in wanted.get("webhooks", {}).items():
                if name == "rng" or not hasattr(self.webhooks, name):
                    raise TypeError(name)
                setattr(self.webhooks, name, value)

    def clear(self) -> None:
        """Back to good behaviour; held deliveries stay held until released."""
        with self._lock:
            self.api.clear()
            clean = WebhookFaults(rng=self.webhooks.rng)
            vars(self.webhooks).update(vars(clean))

    def next_for(self, method: str, path: str, *, again: bool = False) -> ApiFault | None:
        """The fault this call meets, used up by one."""
        with self._lock:
            fault = next((f for f in self.api if f.matches(method, path, again=again)), None)
            if fault:
                fault.times -= 1
                self.met[fault.kind] += 1
            return fault
