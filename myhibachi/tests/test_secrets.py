"""No key of ours ends up in a table or a log, whatever goes wrong."""

import pytest

from devstack.testing.stack import RunningStack
from myhibachi.tests.client import Client, wait_for

TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
NAMES = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "SECRET_KEY")


@pytest.fixture
def client(stack: RunningStack) -> Client:
    return Client(stack)


def go_through_good_and_bad(client: Client) -> None:
    """Pay, be declined, and let Stripe refuse us, crash and hang up, in the web and the worker."""
    client.pay_deposit(client.book())
    faults = [{"kind": kind, "times": 3, "method": "POST"} for kind in ("500", "reset", "429")]
    client.control("POST", "faults", {"api": faults})
    booking = client.book()
    for _ in range(3):
        client.ask("POST", "stripe/create-payment-intent", {"booking_id": booking["id"]})
    client.control("DELETE", "faults")
    client.pay_deposit(client.book())
    client.ask("POST", "stripe/refund", {"payment_id": "nonsense"})
    undone = "SELECT count(*) FROM payments_webhookevent WHERE state = 'received'"
    wait_for(lambda: client.sql(undone) == [(0,)])


def test_no_key_in_any_table_or_log(client: Client):
    go_through_good_and_bad(client)
    secrets = [client.stack.environment[name] for name in NAMES]

    found = [
        (table, name)
        for [table] in client.sql(TABLES)
        for name, secret in zip(NAMES, secrets, strict=True)
        if client.sql(f"SELECT 1 FROM {table} t WHERE t::text LIKE %s LIMIT 1", f"%{secret}%")
    ]
    logs = [*client.stack.folder.rglob("*.log")]
    found += [
        (log.name, name)
        for log in logs
        for name, secret in zip(NAMES, secrets, strict=True)
        if secret in log.read_text(errors="replace")
    ]

    assert found == []
    assert {"web.log", "worker.log"} <= {log.name for log in logs}
