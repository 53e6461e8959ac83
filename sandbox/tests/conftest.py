"""A sandbox process, the official SDK pointed at it, and a server that receives webhooks."""

import functools
import http.server
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe

ROOT = Path(__file__).parents[2]
KEY = "sk_test_sandbox00000000000000000"


class Sandbox:
    """A running ``python -m sandbox``."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--backoff", "0.1,0.2", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        ready = self.process.stdout.readline()
        assert ready.startswith("sandbox ready on "), ready
        self.url = ready.split()[-1]

    def client(self, key: str = KEY, **more: Any) -> stripe.StripeClient:
        return stripe.StripeClient(
            key, base_addresses={"api": self.url}, max_network_retries=0, **more
        )

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps(body or {}).encode() if method == "POST" else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{path}", data, headers, method=method
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(timeout=5)
        assert self.process.stdout
        self.process.stdout.close()
        return code


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    running = Sandbox("--memory")
    yield running
    running.stop()


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """The process all tests share, emptied."""
    shared_sandbox.control("POST", "reset")
    return shared_sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return sandbox.client()


class Inbox:
    """Receives webhooks; ``answers`` are the statuses to give, 200 when used up."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        inbox = self

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.received.append((dict(self.headers), body))
                self.send_response(inbox.answers.pop(0) if inbox.answers else 200)
                self.end_headers()
                self.wfile.write(b"noted")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        serve = functools.partial(self.server.serve_forever, poll_interval=0.02)
        threading.Thread(target=serve, daemon=True).start()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.received]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def wait(self, count: int, seconds: float = 5) -> None:
        deadline = time.time() + seconds
        while len(self.received) < count:
            assert time.time() < deadline, f"{len(self.received)} of {count}: {self.types}"
            time.sleep(0.01)

    def settle(self, sandbox: Sandbox, seconds: float = 5) -> None:
        """Wait until the sandbox has recorded every answer."""
        deadline = time.time() + seconds
        while {"new", "pending"} & {*sandbox.control("GET", "state")["deliveries"]}:
            assert time.time() < deadline
            time.sleep(0.01)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    receiver = Inbox()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
