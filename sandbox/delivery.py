"""Webhook deliveries: signed as Stripe signs, in order per endpoint, retried with back-off."""

import hashlib
import hmac
import http.client
import json
import threading
import time
from typing import NamedTuple
from urllib.parse import urlsplit

from sandbox.faults import WebhookFaults
from sandbox.store import Body, Store

TIMEOUT = 10.0
KEPT_ANSWER = 2000


def queue(store: Store, event: Body) -> int:
    """Queue an event for every enabled endpoint that wants it; how many that are."""
    wanted = [e for e in endpoints(store) if wants(e, event["type"])]
    for endpoint in wanted:
        enqueue(store, event["id"], endpoint["id"])
    return len(wanted)


def endpoints(store: Store) -> list[Body]:
    """Enabled endpoints, oldest first."""
    return store.find("webhook_endpoint", status="enabled")[::-1]


def wants(endpoint: Body, kind: str) -> bool:
    """Whether the endpoint subscribed to this event type."""
    return bool({"*", kind}.intersection(endpoint["enabled_events"]))


def enqueue(store: Store, event: str, endpoint: str) -> None:
    """Add one delivery to the queue; the dispatcher then applies the faults in force."""
    store.sql.execute(
        "INSERT INTO deliveries (event, endpoint, due, state) VALUES (?, ?, ?, 'new')",
        (event, endpoint, time.time()),
    )
    store.after(WAKE.set)


WAKE = threading.Event()


def signature(payload: bytes, secrets: list[str], at: int) -> str:
    """The ``Stripe-Signature`` header: ``t=…`` and one ``v1=…`` per secret in use."""
    signed = str(at).encode() + b"." + payload
    digests = [hmac.new(s.encode(), signed, hashlib.sha256).hexdigest() for s in secrets]
    return ",".join([f"t={at}", *(f"v1={digest}" for digest in digests)])


class Answer(NamedTuple):
    """What an endpoint said; ``status`` is None when nothing came back."""

    status: int | None
    body: str

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def send(endpoint: Body, event: Body) -> Answer:
    """POST one event. Redirects are not followed: to Stripe they are failures."""
    payload = json.dumps(event, indent=2, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Accept": "*/*; q=0.5, application/xml",
        "Stripe-Signature": signature(payload, endpoint["_secrets"], int(time.time())),
    }
    url = urlsplit(endpoint["url"])
    https = url.scheme == "https"
    connect = http.client.HTTPSConnection if https else http.client.HTTPConnection
    connection = connect(url.netloc, timeout=TIMEOUT)
    try:
        target = url.path + (f"?{url.query}" if url.query else "")
        connection.request("POST", target or "/", payload, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read(KEPT_ANSWER).decode(errors="replace"))
    except (OSError, http.client.HTTPException) as failure:
        return Answer(None, f"{type(failure).__name__}: {failure}")
    finally:
        connection.close()


class Dispatcher:
    """One thread per endpoint sends what is due; a failed delivery waits, the next goes on."""

    def __init__(self, store: Store, faults: WebhookFaults, backoff: list[float]) -> None:
        self.store, self.faults, self.backoff = store, faults, backoff
        self._busy: dict[str, threading.Thread] = {}

    def start(self) -> None:
        """Begin delivering, in the background."""
        threading.Thread(target=self._watch, name="dispatcher", daemon=True).start()

    def _watch(self) -> None:
        while True:
            WAKE.wait(timeout=0.05)
            WAKE.clear()
            self.faults.apply(self.store)
            for endpoint in self._due():
                thread = self._busy.get(endpoint)
                if thread is None or not thread.is_alive():
                    self._busy[endpoint] = self._work(endpoint)

    def _due(self) -> list[str]:
        with self.store.lock:
            rows = self.store.sql.execute(
                "SELECT DISTINCT endpoint FROM deliveries WHERE state = 'pending' AND due <= ?",
                (time.time(),),
            ).fetchall()
        return [row["endpoint"] for row in rows]

    def _work(self, endpoint: str) -> threading.Thread:
        thread = threading.Thread(target=self._drain, args=(endpoint,), daemon=True)
        thread.start()
        return thread

    def _drain(self, endpoint: str) -> None:
        while self._deliver_next(endpoint):
            pass

    def _deliver_next(self, endpoint_id: str) -> bool:
        with self.store.lock:
            row = self.store.sql.execute(
                "SELECT * FROM deliveries WHERE endpoint = ? AND state = 'pending' AND due <= ? "
                "ORDER BY due, id LIMIT 1",
                (endpoint_id, time.time()),
            ).fetchone()
            if row is None:
                return False
            endpoint = self.store.get("webhook_endpoint", endpoint_id)
            event = self.store.get("event", row["event"])
        began = time.time()
        gone = Answer(None, "endpoint or event is gone")
        answer = send(endpoint, event) if endpoint and event else gone
        self._record(row["id"], row["attempts"], answer, began, retry=bool(endpoint and event))
        return True

    def _record(
        self, delivery: int, attempts: int, answer: Answer, began: float, *, retry: bool
    ) -> None:
        state, due = "delivered", began
        if not answer.ok:
            again = retry and attempts < len(self.backoff)
            state = "pending" if again else "failed"
            due = time.time() + self.backoff[attempts] if again else began
        with self.store.transaction():
            self.store.sql.execute(
                "UPDATE deliveries SET state = ?, due = ?, attempts = attempts + 1 WHERE id = ?",
                (state, due, delivery),
            )
            self.store.sql.execute(
                "INSERT INTO attempts (delivery, at, status, body, seconds) VALUES (?,?,?,?,?)",
                (delivery, began, answer.status, answer.body, time.time() - began),
            )
