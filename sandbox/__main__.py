"""``python -m sandbox``: see ``--help``."""

import argparse
import logging
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox import jobs
from sandbox.api import Call
from sandbox.app import create_app
from sandbox.delivery import Dispatcher
from sandbox.faults import Faults
from sandbox.resources.webhook_endpoints import ensure_default
from sandbox.store import Store


class Handler(WSGIRequestHandler):
    """HTTP/1.1, no line per request."""

    protocol_version = "HTTP/1.1"
    # Else a body may wait 40 ms behind its head for the client's delayed acknowledgement.
    disable_nagle_algorithm = True

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """A fault dropped it: the client must see it end, not wait for more."""
        self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Requests are not logged: the dashboard shows what happened."""


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser("sandbox", description="A local Stripe.")
    parser.add_argument("--port", type=int, default=12111, help="0 picks a free one")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--data", type=Path, default=Path(".data"), help="folder of the state")
    place.add_argument("--memory", action="store_true", help="keep nothing")
    parser.add_argument("--webhook-url", help="an endpoint that gets every event")
    parser.add_argument("--webhook-secret", help="its signing secret, whsec_…")
    parser.add_argument(
        "--backoff", default="1,2,4,8,16,32,64", help="seconds before each retry of a webhook"
    )
    return parser.parse_args()


def open_store(chosen: argparse.Namespace) -> Store:
    """The state: in memory, or one file in the data folder."""
    if chosen.memory:
        return Store()
    chosen.data.mkdir(parents=True, exist_ok=True)
    return Store(chosen.data / "sandbox.sqlite3")


def stop(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM ends as Ctrl-C does."""
    sys.exit(0)


def main() -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="sandbox: %(message)s")
    chosen = options()
    store, faults = open_store(chosen), Faults()
    app = create_app(store, faults)
    server = make_server("127.0.0.1", chosen.port, app, threaded=True, request_handler=Handler)
    server.daemon_threads = True  # type: ignore[attr-defined]  # of the threading mixin
    base_url = f"http://127.0.0.1:{server.server_port}"
    if chosen.webhook_url:
        with store.transaction():
            ensure_default(Call(store, base_url), chosen.webhook_url, chosen.webhook_secret)
    Dispatcher(store, faults.webhooks, [float(s) for s in chosen.backoff.split(",")]).start()
    jobs.start(store, lambda: Call(store, base_url))
    signal.signal(signal.SIGTERM, stop)
    sys.stdout.write(f"sandbox ready on {base_url}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
