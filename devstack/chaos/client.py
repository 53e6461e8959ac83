"""A good client: it asks again, with the same key, until it has an answer."""

import itertools
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import psycopg
import requests

Json = dict[str, Any]

# A key whose request died in flight is free again after two minutes.
PATIENCE = 180
# What is true now and may not be in a moment.
PASSING = {"idempotency_key_in_use", "rate_limit", "lock_timeout"}


class Target(Protocol):
    """The system under test, seen from outside."""

    url: str
    sandbox_url: str

    @property
    def environment(self) -> Mapping[str, str]:
        """What the product's processes run with."""

    def manage(self, *arguments: str) -> str:
        """Run manage.py."""


class Refused(Exception):
    """An answer that asking again does not change."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(f"{status} {code}: {text[:300]}")
        self.status, self.code = status, code


class GaveUp(Exception):
    """No answer for all our patience."""


class Client:
    """Calls our API, Stripe's, and Stripe's pages. `tally` counts what it met."""

    def __init__(self, target: Target, *, tally: Counter[str], seed: str) -> None:
        self.target, self.tally = target, tally
        self._rng = random.Random(seed)
        self._stripe_key = target.environment["STRIPE_SECRET_KEY"]

    def api(self, method: str, path: str, body: Json | None = None, *, token: str) -> Json:
        """Call our API.

        Raises:
            Refused, GaveUp: as they say.
        """
        headers = {"Authorization": f"Bearer {token}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        url = f"{self.target.url}/api/{path}"
        return self._insist(
            "our API",
            lambda: requests.request(method, url, json=body, headers=headers, timeout=90),
        )

    def stripe(self, method: str, path: str, **params: Any) -> Json:
        """Call Stripe's API, as its dashboard or a frontend does.

        Raises:
            Refused, GaveUp: as they say.
        """
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        where = "data" if method == "POST" else "params"
        url = f"{self.target.sandbox_url}/v1/{path}"
        given: Json = {where: params, "headers": headers, "auth": (self._stripe_key, "")}
        return self._insist("Stripe", lambda: requests.request(method, url, timeout=30, **given))

    def every(self, path: str, **params: Any) -> Iterator[Json]:
        """List all of Stripe's objects at `path`, page by page."""
        cursor: Json = {}
        while True:
            page = self.stripe("GET", path, limit=100, **params, **cursor)
            yield from page["data"]
            if not page["has_more"]:
                return
            cursor = {"starting_after": page["data"][-1]["id"]}

    def submit(self, url: str, **form: str) -> str:
        """Send a form of Stripe's pages; returns where it leads, empty when it is shown again."""
        answer = requests.post(url, data=form, allow_redirects=False, timeout=30)
        return answer.headers.get("Location", "")

    def control(self, method: str, path: str, body: Json | None = None) -> Json:
        """Call the sandbox's own control API."""
        url = f"{self.target.sandbox_url}/_sandbox/{path}"
        answer = requests.request(method, url, json=body, timeout=60)
        if not answer.ok:
            raise Refused(answer.status_code, "", answer.text)
        found: Json = answer.json()
        return found

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the system's database."""
        with psycopg.connect(self.target.environment["DATABASE_URL"]) as connection:
            return connection.execute(query, values or None).fetchall()

    def rows(self, query: str) -> Iterator[tuple[str, Json]]:
        """Run a query: its first column is the key, the others are the facts by name."""
        with psycopg.connect(self.target.environment["DATABASE_URL"]) as connection:
            cursor = connection.execute(query)
            names = [column.name for column in cursor.description or []][1:]
            for key, *values in cursor:
                yield key, dict(zip(names, values, strict=True))

    def _insist(self, whom: str, call: Callable[[], requests.Response]) -> Json:
        deadline = time.monotonic() + PATIENCE
        for attempt in itertools.count():
            try:
                answer = call()
            except requests.RequestException:
                self.tally[f"{whom}: no answer"] += 1
            else:
                if answer.ok:
                    found: Json = answer.json()
                    return found
                self._note(whom, answer)
            if time.monotonic() > deadline:
                raise GaveUp(whom)
            time.sleep(min(0.1 * 2**attempt, 3) * self._rng.uniform(0.5, 1))
        raise AssertionError("unreachable")

    def _note(self, whom: str, answer: requests.Response) -> None:
        """Count an error; raise it when it is final."""
        code = error_code(answer)
        if answer.status_code >= 500 or answer.status_code == 429 or code in PASSING:
            self.tally[f"{whom}: {answer.status_code} {code}".rstrip()] += 1
            return
        raise Refused(answer.status_code, code, answer.text)


def error_code(answer: requests.Response) -> str:
    """Return the machine-readable code of an error, ours or Stripe's; empty when it has none."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    if "errors" in body:
        return str(body["errors"][0]["code"])
    return str(body.get("error", {}).get("code") or "")
