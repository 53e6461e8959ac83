"""The routes against the official SDK: its calls, its parameters."""

import contextlib
import re
from pathlib import Path

import stripe

from sandbox.api import ROUTES
from sandbox.app import load
from sandbox.errors import StripeError
from sandbox.params import validate

load()
# What Stripe's own pages and CLI call, and what an older part of the SDK does (a charge's lists).
NOT_IN_ITS_SERVICES = {
    ("post", "/v1/payment_pages/*/confirm"),
    ("get", "/v1/payment_pages/*"),
    ("get", "/v1/charges/*/refunds"),
}
CALL = re.compile(r'_request\(\s*"(get|post|delete)",\s*"(/v1/[^"]+)"')


def sdk_calls() -> set[tuple[str, str]]:
    """Every (method, path) of the SDK's services, ids as ``*``."""
    root = Path(stripe.__file__).parent
    text = "\n".join(file.read_text() for file in root.rglob("*_service.py"))
    return {(method, re.sub(r"\{\w+\}", "*", path)) for method, path in CALL.findall(text)}


def test_every_route_is_one_the_sdk_calls() -> None:
    ours = {(r.method.lower(), re.sub(r"<\w+>", "*", r.path)) for r in ROUTES}
    assert ours - sdk_calls() == NOT_IN_ITS_SERVICES


def test_every_contract_can_be_checked() -> None:
    for contract in {route.params for route in ROUTES if route.params}:
        with contextlib.suppress(StripeError):
            validate(contract, {})
