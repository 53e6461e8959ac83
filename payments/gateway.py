"""Every call to Stripe, by name. The only file that imports the SDK.

Answers are plain dicts, as Stripe sent them. Amounts are cents. Each call that creates takes `key`,
our idempotency key: https://docs.stripe.com/api/idempotent_requests. Each raises `CardDeclined`,
`GatewayRejected` (final) or `GatewayUnavailable` (the same key may go through later).
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import stripe
from django.conf import settings
from django.db import connection

from payments.errors import (
    CardDeclined,
    GatewayBroken,
    GatewayError,
    GatewayNotFound,
    GatewayRejected,
    GatewayUnavailable,
    InvalidSignature,
)

Json = dict[str, Any]

TIMEOUT_SECONDS = 20
NETWORK_RETRIES = 2
SIGNATURE_TOLERANCE_SECONDS = 300


@cache
def _client() -> stripe.StripeClient:
    return stripe.StripeClient(
        settings.STRIPE.secret_key,
        stripe_version=settings.STRIPE_API_VERSION,
        base_addresses={"api": settings.STRIPE.api_base},
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        max_network_retries=NETWORK_RETRIES,
    )


def _call(method: Callable[..., Any], *path: str, params: Json, key: str | None = None) -> Any:
    """Call Stripe and turn its errors into ours."""
    if _inside_transaction():
        raise RuntimeError("A call to Stripe inside a database transaction holds its locks.")
    options = {"idempotency_key": key} if key else {}
    refusal: type[GatewayError]
    try:
        return method(*path, params=params, options=options)
    except stripe.CardError as error:
        raise CardDeclined(
            error.user_message or "The card was declined.", decline_code=error.code
        ) from None
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        is_kept = (error.headers or {}).get("Idempotent-Replayed") == "true"
        refusal = GatewayBroken if is_kept else GatewayUnavailable
        raise refusal("Stripe can't be reached just now. Please try again.") from None
    except stripe.InvalidRequestError as error:
        refusal = GatewayNotFound if error.code == "resource_missing" else GatewayRejected
        raise refusal(
            error.user_message or "Stripe refused the request.", stripe_code=error.code
        ) from None
    except stripe.StripeError as error:
        if error.code == "idempotency_key_in_use":
            raise GatewayUnavailable("The same request is under way already.") from None
        raise GatewayRejected("Stripe refused the request.", stripe_code=error.code) from None


def _inside_transaction() -> bool:
    """Whether a transaction of ours is open (one that a test case wraps around itself is not)."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


def _dict(answer: Any) -> Json:
    found: Json = answer.to_dict(for_json=True)
    return found


def _v1() -> Any:
    # The SDK types each service's parameters as its own TypedDict; ours are built from data.
    return _client().v1


# --- Customers ---------------------------------------------------------------------------------
def create_customer(*, name: str, email: str, phone: str, metadata: Json, key: str) -> Json:
    """https://docs.stripe.com/api/customers/create"""
    params = {"name": name, "email": email, "phone": phone, "metadata": metadata}
    return _dict(_call(_v1().customers.create, params=_without_blanks(params), key=key))


def update_customer(customer_id: str, *, params: Json) -> Json:
    """https://docs.stripe.com/api/customers/update"""
    return _dict(_call(_v1().customers.update, customer_id, params=params))


def delete_customer(customer_id: str) -> Json:
    """For good; its payments stay: https://docs.stripe.com/api/customers/delete"""
    return _dict(_call(_v1().customers.delete, customer_id, params={}))


def create_portal_session(*, customer: str, return_url: str) -> Json:
    """https://docs.stripe.com/api/customer_portal/sessions/create"""
    params = {"customer": customer, "return_url": return_url}
    return _dict(_call(_v1().billing_portal.sessions.create, params=params))


# --- Taking money ------------------------------------------------------------------------------
def create_checkout_session(*, params: Json, key: str) -> Json:
    """https://docs.stripe.com/api/checkout/sessions/create"""
    return _dict(_call(_v1().checkout.sessions.create, params=params, key=key))


def retrieve_checkout_session(session_id: str, *, expand: list[str]) -> Json:
    """https://docs.stripe.com/api/checkout/sessions/retrieve"""
    params: Json = {"expand": expand}
    return _dict(_call(_v1().checkout.sessions.retrieve, session_id, params=params))


def expire_checkout_session(session_id: str) -> Json:
    """https://docs.stripe.com/api/checkout/sessions/expire"""
    return _dict(_call(_v1().checkout.sessions.expire, session_id, params={}))


def create_payment_intent(*, params: Json, key: str) -> Json:
    """https://docs.stripe.com/api/payment_intents/create"""
    return _dict(_call(_v1().payment_intents.create, params=params, key=key))


def retrieve_payment_intent(payment_intent_id: str, *, expand: list[str] | None = None) -> Json:
    """https://docs.stripe.com/api/payment_intents/retrieve"""
    params: Json = {"expand": expand} if expand else {}
    return _dict(_call(_v1().payment_intents.retrieve, payment_intent_id, params=params))


def confirm_payment_intent(payment_intent_id: str, *, payment_method: str, key: str) -> Json:
    """Pay it, as the frontend does otherwise: https://docs.stripe.com/api/payment_intents/confirm"""
    params = {"payment_method": payment_method, "return_url": settings.SITE_URL}
    return _dict(_call(_v1().payment_intents.confirm, payment_intent_id, params=params, key=key))


def charge_off_session(payment_intent_id: str, *, payment_method: str, key: str) -> Json:
    """Pay it by a saved card, without the customer: https://docs.stripe.com/payments/save-during-payment"""
    params = {"payment_method": payment_method, "off_session": True}
    return _dict(_call(_v1().payment_intents.confirm, payment_intent_id, params=params, key=key))


def list_cards(*, customer: str) -> Iterator[Json]:
    """Every card that a customer has saved: https://docs.stripe.com/api/payment_methods/list"""
    params = {"customer": customer, "type": "card", "limit": 100}
    return _each(_v1().payment_methods.list, params)


def cancel_payment_intent(payment_intent_id: str) -> Json:
    """https://docs.stripe.com/api/payment_intents/cancel"""
    return _dict(_call(_v1().payment_intents.cancel, payment_intent_id, params={}))


# --- Giving it back ----------------------------------------------------------------------------
def create_refund(
    *, payment_intent: str, amount: int, reason: str | None, metadata: Json, key: str
) -> Json:
    """https://docs.stripe.com/api/refunds/create"""
    params = {
        "payment_intent": payment_intent,
        "amount": amount,
        "reason": reason,
        "metadata": metadata,
    }
    return _dict(_call(_v1().refunds.create, params=_without_blanks(params), key=key))


def list_refunds(*, payment_intent: str) -> Iterator[Json]:
    """Every refund of a PaymentIntent: https://docs.stripe.com/api/refunds/list"""
    return _each(_v1().refunds.list, {"payment_intent": payment_intent, "limit": 100})


def list_disputes(*, payment_intent: str) -> Iterator[Json]:
    """Every dispute of a PaymentIntent: https://docs.stripe.com/api/disputes/list"""
    return _each(_v1().disputes.list, {"payment_intent": payment_intent, "limit": 100})


def submit_evidence(dispute_id: str, *, evidence: Json, metadata: Json, key: str) -> Json:
    """Answer a dispute, for good: https://docs.stripe.com/api/disputes/update"""
    params = {"evidence": evidence, "metadata": metadata, "submit": True}
    return _dict(_call(_v1().disputes.update, dispute_id, params=params, key=key))


def close_dispute(dispute_id: str, *, key: str) -> Json:
    """Accept it as lost, for good: https://docs.stripe.com/api/disputes/close"""
    return _dict(_call(_v1().disputes.close, dispute_id, params={}, key=key))


# --- Invoices ----------------------------------------------------------------------------------
def create_invoice(*, params: Json, key: str) -> Json:
    """https://docs.stripe.com/api/invoices/create"""
    return _dict(_call(_v1().invoices.create, params=params, key=key))


def create_invoice_item(*, params: Json, key: str) -> Json:
    """https://docs.stripe.com/api/invoiceitems/create"""
    return _dict(_call(_v1().invoice_items.create, params=params, key=key))


def retrieve_invoice(invoice_id: str, *, expand: list[str] | None = None) -> Json:
    """https://docs.stripe.com/api/invoices/retrieve"""
    params: Json = {"expand": expand} if expand else {}
    return _dict(_call(_v1().invoices.retrieve, invoice_id, params=params))


def finalize_invoice(invoice_id: str, *, key: str) -> Json:
    """https://docs.stripe.com/api/invoices/finalize"""
    return _dict(_call(_v1().invoices.finalize_invoice, invoice_id, params={}, key=key))


def send_invoice(invoice_id: str, *, key: str) -> Json:
    """https://docs.stripe.com/api/invoices/send"""
    return _dict(_call(_v1().invoices.send_invoice, invoice_id, params={}, key=key))


# What follows takes no key: done twice it is done once, and under a key Stripe would repeat an old
# refusal for a day.
def void_invoice(invoice_id: str) -> Json:
    """https://docs.stripe.com/api/invoices/void"""
    return _dict(_call(_v1().invoices.void_invoice, invoice_id, params={}))


def mark_invoice_uncollectible(invoice_id: str) -> Json:
    """https://docs.stripe.com/api/invoices/mark_uncollectible"""
    return _dict(_call(_v1().invoices.mark_uncollectible, invoice_id, params={}))


def pay_invoice_out_of_band(invoice_id: str) -> Json:
    """Say that it was paid without Stripe: https://docs.stripe.com/api/invoices/pay"""
    params = {"paid_out_of_band": True}
    return _dict(_call(_v1().invoices.pay, invoice_id, params=params))


# --- Catalogue ---------------------------------------------------------------------------------
def list_products() -> Iterator[Json]:
    """Every product, page by page: https://docs.stripe.com/api/products/list"""
    return _each(_v1().products.list, {"limit": 100})


def list_prices() -> Iterator[Json]:
    """Every price, page by page: https://docs.stripe.com/api/prices/list"""
    return _each(_v1().prices.list, {"limit": 100})


def create_product(*, params: Json, key: str) -> Json:
    """https://docs.stripe.com/api/products/create"""
    return _dict(_call(_v1().products.create, params=params, key=key))


def update_product(product_id: str, *, params: Json) -> Json:
    """https://docs.stripe.com/api/products/update"""
    return _dict(_call(_v1().products.update, product_id, params=params))


def create_price(*, params: Json, key: str) -> Json:
    """https://docs.stripe.com/api/prices/create"""
    return _dict(_call(_v1().prices.create, params=params, key=key))


# --- Anything, for the mirror ------------------------------------------------------------------
_RETRIEVE: Mapping[str, Callable[[Any], Callable[..., Any]]] = {
    "balance_transaction": lambda v1: v1.balance_transactions.retrieve,
    "charge": lambda v1: v1.charges.retrieve,
    "checkout.session": lambda v1: v1.checkout.sessions.retrieve,
    "customer": lambda v1: v1.customers.retrieve,
    "dispute": lambda v1: v1.disputes.retrieve,
    "invoice": lambda v1: v1.invoices.retrieve,
    "payment_intent": lambda v1: v1.payment_intents.retrieve,
    "payment_method": lambda v1: v1.payment_methods.retrieve,
    "payout": lambda v1: v1.payouts.retrieve,
    "price": lambda v1: v1.prices.retrieve,
    "product": lambda v1: v1.products.retrieve,
    "refund": lambda v1: v1.refunds.retrieve,
    "subscription": lambda v1: v1.subscriptions.retrieve,
}


def retrieve(object_type: str, object_id: str, *, expand: Sequence[str] = ()) -> Json:
    """Return one object by Stripe's own name of its type ("payment_intent")."""
    params: Json = {"expand": list(expand)} if expand else {}
    return _dict(_call(_RETRIEVE[object_type](_v1()), object_id, params=params))


_LIST: Mapping[str, Callable[[Any], Callable[..., Any]]] = {
    "balance_transaction": lambda v1: v1.balance_transactions.list,
    "charge": lambda v1: v1.charges.list,
    "checkout.session": lambda v1: v1.checkout.sessions.list,
    "customer": lambda v1: v1.customers.list,
    "dispute": lambda v1: v1.disputes.list,
    "invoice": lambda v1: v1.invoices.list,
    "payment_intent": lambda v1: v1.payment_intents.list,
    "payout": lambda v1: v1.payouts.list,
    "refund": lambda v1: v1.refunds.list,
}


def list_pages(
    object_type: str, *, since: int | None, expand: Sequence[str] = ()
) -> Iterator[list[Json]]:
    """Every object of a type, newest first, a page of at most 100 for each call.

    Args:
        since: made since then, in seconds since the epoch; None is all of them.
    """
    params: Json = {"limit": 100, "expand": [f"data.{path}" for path in expand]}
    if since is not None:
        params["created"] = {"gte": since}
    return _pages(_LIST[object_type](_v1()), params)


def list_balance_transactions(*, payout: str) -> Iterator[list[Json]]:
    """What an automatic payout paid out: https://docs.stripe.com/api/balance_transactions/list"""
    return _pages(_v1().balance_transactions.list, {"payout": payout, "limit": 100})


def list_of_customer(object_type: str, *, customer: str, since: int) -> Iterator[Json]:
    """Every object of a type that is this customer's, made since then (seconds since the epoch)."""
    params = {"customer": customer, "created": {"gte": since}, "limit": 100}
    return _each(_LIST[object_type](_v1()), params)


def list_events(*, since: int) -> Iterator[Json]:
    """Every event made since then, newest first: https://docs.stripe.com/api/events/list

    Args:
        since: seconds since the epoch. Stripe keeps events for 30 days.
    """
    return _each(_v1().events.list, {"created": {"gte": since}, "limit": 100})


def list_undelivered_events(*, since: int) -> Iterator[Json]:
    """Those since then (seconds since the epoch) that some endpoint has not answered with 2xx."""
    created = {"gte": since}
    params = {"created": created, "delivery_success": False, "limit": 1}
    return _each(_v1().events.list, params)


def clock_skew() -> timedelta:
    """Return how far this machine's clock is ahead of Stripe's; the way there counts against it."""
    answer = _call(_v1().balance.retrieve, params={})
    theirs = parsedate_to_datetime(answer.last_response.headers["Date"])
    return datetime.now(UTC) - theirs


# --- Webhooks ----------------------------------------------------------------------------------
def list_webhook_endpoints() -> Iterator[Json]:
    """Every endpoint: https://docs.stripe.com/api/webhook_endpoints/list"""
    return _each(_v1().webhook_endpoints.list, {"limit": 100})


def create_webhook_endpoint(*, params: Json) -> Json:
    """https://docs.stripe.com/api/webhook_endpoints/create"""
    return _dict(_call(_v1().webhook_endpoints.create, params=params))


def update_webhook_endpoint(endpoint_id: str, *, params: Json) -> Json:
    """https://docs.stripe.com/api/webhook_endpoints/update"""
    return _dict(_call(_v1().webhook_endpoints.update, endpoint_id, params=params))


def verify_signature(*, body: str, header: str, secrets: list[str]) -> None:
    """Check a webhook's signature: https://docs.stripe.com/webhooks#verify-manually.

    Args:
        secrets: any one of them may have signed, so that a secret can be rotated.

    Raises:
        InvalidSignature: none of them did, or the time is too far from now, either way.
    """
    # The SDK can't compare what is not ASCII.
    for secret in secrets if header.isascii() else []:
        try:
            stripe.WebhookSignature.verify_header(body, header, secret, SIGNATURE_TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, ValueError, IndexError):
            continue
        if _signed_at(header) <= time.time() + SIGNATURE_TOLERANCE_SECONDS:
            return
    raise InvalidSignature("The signature does not match the body.")


def _signed_at(header: str) -> int:
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    return int(parts["t"])


def _each(method: Callable[..., Any], params: Json) -> Iterator[Json]:
    for page in _pages(method, params):
        yield from page


def _pages(method: Callable[..., Any], params: Json) -> Iterator[list[Json]]:
    """Yield page after page; the SDK's own paging would let its errors out unchanged."""
    while True:
        answer = _dict(_call(method, params=params))
        if answer["data"]:
            yield answer["data"]
        if not answer["has_more"]:
            return
        params = params | {"starting_after": answer["data"][-1]["id"]}


def _without_blanks(params: Json) -> Json:
    return {name: value for name, value in params.items() if value not in (None, "")}
