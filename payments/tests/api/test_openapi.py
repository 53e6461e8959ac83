"""The schema that is committed, and what it promises about bodies."""

from difflib import unified_diff
from io import StringIO
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

HINT = "docs/openapi.yaml is not what the code says. Run `make openapi`, and read the difference."


@pytest.fixture(scope="module")
def generated() -> str:
    """The schema as the code says it now; a warning of the generator is an error."""
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def schema(generated) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(generated)
    return found


def test_the_committed_schema_has_not_drifted(generated):
    committed = (settings.BASE_DIR / "docs" / "openapi.yaml").read_text()
    difference = unified_diff(
        committed.splitlines(), generated.strip().splitlines(), "committed", "now", lineterm=""
    )
    assert "\n".join(difference) == "", HINT


def test_every_path_of_the_contract_is_there(schema):
    paths = {
        f"{method.upper()} {path}"
        for path, methods in schema["paths"].items()
        for method in methods
        if path.startswith("/api/stripe/")
    }
    assert paths == {
        "POST /api/stripe/create-checkout-session",
        "POST /api/stripe/create-payment-intent",
        "POST /api/stripe/portal-link",
        "POST /api/stripe/webhook",
        "POST /api/stripe/refund",
        "GET /api/stripe/payments",
        "POST /api/stripe/payments/manual",
        "GET /api/stripe/refunds",
        "POST /api/stripe/refunds/{refund_id}/approve",
        "POST /api/stripe/refunds/{refund_id}/reject",
        "GET /api/stripe/disputes",
        "GET /api/stripe/invoices",
        "POST /api/stripe/invoices",
        "GET /api/stripe/analytics/payments",
        "GET /api/stripe/analytics/customers",
    }


def test_what_only_staff_see_is_not_promised_to_everyone(schema):
    answer = schema["components"]["schemas"]["PaymentAnswer"]
    staff_only = {
        "fee", "net", "stripe_payment_intent_id", "stripe_charge_id", "awaiting_stripe", "note",
        "recorded_by",
    }  # fmt: skip
    assert set(answer["properties"]) - set(answer["required"]) == staff_only
