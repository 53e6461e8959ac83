"""SQLite storage: one row per Stripe object, its body as JSON."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Body = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, deleted, seq);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, at INTEGER NOT NULL, path TEXT NOT NULL, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, request TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL,
    due REAL NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (endpoint, state, due);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, delivery INTEGER NOT NULL, at REAL NOT NULL,
    status INTEGER, body TEXT NOT NULL, seconds REAL NOT NULL);
CREATE INDEX IF NOT EXISTS attempts_by_delivery ON attempts (delivery);
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, name TEXT NOT NULL,
    args TEXT NOT NULL);
"""
TABLES = ("objects", "answers", "deliveries", "attempts", "jobs")
INDEXED = ("customer", "payment_intent", "charge", "payment_method", "source", "invoice", "type")


def path(field: str) -> str:
    """The SQL expression of a body's field; dots go deeper."""
    return f"json_extract(body, '$.{field}')"


class Store:
    """All state. Whoever touches it holds its lock: requests run one at a time."""

    def __init__(self, file: Path | None = None) -> None:
        self.lock = threading.RLock()
        self._depth = 0
        self._after: list[Callable[[], None]] = []
        self.sql = sqlite3.connect(
            file or ":memory:", check_same_thread=False, isolation_level=None
        )
        self.sql.row_factory = sqlite3.Row
        self.sql.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)
        for field in INDEXED:
            index = f"CREATE INDEX IF NOT EXISTS objects_{field} ON objects (kind, {path(field)})"
            self.sql.execute(index)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Alone and all or nothing; what ``after`` collected runs once the outermost commits."""
        with self.lock:
            self._depth += 1
            try:
                if self._depth == 1:
                    self._after.clear()
                    self.sql.execute("BEGIN IMMEDIATE")
                yield
                if self._depth == 1:
                    self.sql.execute("COMMIT")
                    for action in self._after:
                        action()
            except BaseException:
                if self._depth == 1 and self.sql.in_transaction:
                    self.sql.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def after(self, action: Callable[[], None]) -> None:
        """Run ``action`` when the transaction has committed."""
        self._after.append(action)

    def get(self, kind: str, id_: str) -> Body | None:
        """The object, or None when it never was or is deleted."""
        return self._one("id = ? AND kind = ? AND NOT deleted", id_, kind)

    def load(self, id_: str) -> Body | None:
        """Whatever carries this id, deleted or not (a deleted one is its stub)."""
        return self._one("id = ?", id_)

    def _one(self, where: str, *args: str) -> Body | None:
        with self.lock:
            query = f"SELECT body FROM objects WHERE {where}"
            row = self.sql.execute(query, args).fetchone()
        return json.loads(row["body"]) if row else None

    def save(self, body: Body) -> Body:
        """Insert or update; an update keeps the place in lists."""
        self.sql.execute(
            "INSERT INTO objects (id, kind, created, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (body["id"], body["object"], body.get("created", 0), json.dumps(body)),
        )
        return body

    def delete(self, body: Body) -> Body:
        """Replace the object by Stripe's stub ``{id, object, deleted}``."""
        stub = {"id": body["id"], "object": body["object"], "deleted": True}
        self.sql.execute(
            "UPDATE objects SET deleted = 1, body = ? WHERE id = ?", (json.dumps(stub), stub["id"])
        )
        return stub

    def find(self, kind: str, **equals: Any) -> list[Body]:
        """Every object of a kind whose (possibly dotted, ``a__b``) fields equal, newest first."""
        names = [name.replace("__", ".") for name in equals]
        where = "".join(f" AND {path(name)} = ?" for name in names)
        query = f"SELECT body FROM objects WHERE kind = ? AND NOT deleted{where} ORDER BY seq DESC"
        with self.lock:
            rows = self.sql.execute(query, (kind, *equals.values())).fetchall()
        return [json.loads(row["body"]) for row in rows]

    def clear(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in TABLES:
                self.sql.execute(f"DELETE FROM {table}")
