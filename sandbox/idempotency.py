"""``Idempotency-Key``: one key, one effect, one answer, for 24 hours."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sandbox.errors import StripeError
from sandbox.ids import now
from sandbox.store import Store

KEPT = 24 * 3600
OTHER_BODY = (
    "Keys for idempotent requests can only be used with the same parameters they were first used "
    "with. Try using a key other than '{key}' if you meant to execute a different request."
)
OTHER_PATH = (
    "Keys for idempotent requests can only be used for the same endpoint they were first used for "
    "('{path}' vs '{first}'). Try using a key other than '{key}' if you meant to execute a "
    "different request."
)
IN_USE = (
    "There is currently another in-progress request using this Idempotent Key (that probably "
    "means you submitted twice, and the other request is still going through): {key}. Please try "
    "again later."
)


class Stored(NamedTuple):
    """The answer a key got the first time."""

    status: int
    body: str
    request: str


class Keys:
    """Keys in flight and answers kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._in_flight: set[str] = set()
        with store.transaction():
            store.sql.execute("DELETE FROM answers WHERE at < ?", (now() - KEPT,))

    @contextmanager
    def claim(self, key: str | None) -> Iterator[None]:
        """Hold the key for one request; 409 while another request holds it."""
        if key is None:
            yield
            return
        with self._lock:
            if key in self._in_flight:
                message = IN_USE.format(key=key)
                kind, code = "idempotency_error", "idempotency_key_in_use"
                raise StripeError(message, status=409, kind=kind, code=code)
            self._in_flight.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight.discard(key)

    def answer(self, key: str | None, path: str, print_: str) -> Stored | None:
        """The kept answer; 400 when the key was used for another request."""
        if key is None:
            return None
        query = "SELECT * FROM answers WHERE key = ? AND at > ?"
        with self._store.lock:
            row = self._store.sql.execute(query, (key, now() - KEPT)).fetchone()
        if row is None:
            return None
        if row["path"] != path:
            message = OTHER_PATH.format(path=path, first=row["path"], key=key)
            raise StripeError(message, kind="idempotency_error")
        if row["fingerprint"] != print_:
            raise StripeError(OTHER_BODY.format(key=key), kind="idempotency_error")
        return Stored(row["status"], row["body"], row["request"])

    def keep(self, key: str | None, path: str, print_: str, stored: Stored) -> None:
        """Keep an answer; call it in the transaction that made it true."""
        if key is not None:
            self._store.sql.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key, now(), path, print_, stored.status, stored.body, stored.request),
            )


def fingerprint(params: dict[str, object]) -> str:
    """The same for the same parameters, in whatever order they came."""
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
