"""The Stripe sandbox as tests use it: one process, emptied before each test."""

import json
import os
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from devstack.config import ROOT
from devstack.process import Process


class SandboxServer:
    """`python -m sandbox --memory` at the address that `STRIPE_API_BASE` names."""

    def __init__(self) -> None:
        self.url = os.environ["STRIPE_API_BASE"]
        self._folder = tempfile.TemporaryDirectory(prefix="hibachi-sandbox-")
        log = Path(self._folder.name) / "sandbox.log"
        port = str(urlsplit(self.url).port)
        command = [sys.executable, "-m", "sandbox", "--memory", "--port", port]
        self._process = Process("sandbox", command, log=log, cwd=ROOT)
        self._await()

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call `/_sandbox/<path>` and return its JSON, e.g. `control("POST", "deliver", {…})`."""
        address = f"{self.url}/_sandbox/{path.removeprefix('/_sandbox').lstrip('/')}"
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 # ours
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            return json.load(response)

    def reset(self) -> None:
        """Forget everything: objects, events, endpoints, faults."""
        self.control("POST", "reset", {})

    def stop(self) -> None:
        """End the process."""
        self._process.stop(timeout=3)
        self._folder.cleanup()

    def _await(self) -> None:
        deadline = time.monotonic() + 30
        while "sandbox ready" not in self._process.log.read_text():
            if self._process.exit_code() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The sandbox did not start:\n{self._process.last_lines()}")
            time.sleep(0.02)
