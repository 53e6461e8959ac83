"""Where Stripe's events arrive. A plain view: nothing of the body is read before it is verified."""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from rest_framework.throttling import BaseThrottle

from myhibachi.core.api.errors import error_response
from myhibachi.core.errors import DomainError
from payments.errors import InvalidSignature
from payments.webhooks import inbox
from payments.webhooks.refusals import count_refusal

logger = logging.getLogger(__name__)

# Stripe's largest events are about a megabyte; Django's own limit of 2.5 would be for forms.
LARGEST = 6 * 1024 * 1024


@csrf_exempt
def webhook(request: HttpRequest) -> JsonResponse:
    """Keep one event of Stripe's and answer 200; what it means is found out afterwards.

    Anything else than 2xx makes Stripe send it again: https://docs.stripe.com/webhooks#retries
    """
    if request.method != "POST":
        refusal = error_response(405, "method_not_allowed", "Stripe posts here, nobody else.")
        refusal["Allow"] = "POST"
        return refusal
    try:
        body = request.read(LARGEST + 1)
    except UnreadablePostError:
        return error_response(400, "incomplete", "The body ended too soon.")
    if len(body) > LARGEST:
        return error_response(413, "request_too_large", "The request's body is too large.")
    return _receive(request, body)


def _receive(request: HttpRequest, body: bytes) -> JsonResponse:
    signature = request.headers.get("Stripe-Signature", "")
    try:
        received = inbox.receive(body=body, signature=signature, now=timezone.now())
    except DomainError as error:
        if isinstance(error, InvalidSignature) and _is_too_many(request):
            return error_response(429, "throttled", "Too many refused requests.")
        # Neither the body nor a header: they may hold anything.
        logger.warning("refused a webhook: %s", error.code)
        return error_response(error.status, error.code, error.detail)
    except (OperationalError, InterfaceError) as error:
        logger.error("could not keep a webhook: %s", type(error).__name__)
        return error_response(503, "unavailable", "Not now. Please send it again.")
    return JsonResponse(
        {
            "received": True,
            "event_id": received.event_id,
            "event_type": received.event_type,
        }
    )


def _is_too_many(request: HttpRequest) -> bool:
    address = BaseThrottle().get_ident(request)  # type: ignore[arg-type]  # reads META alone
    return count_refusal(address=address, now=timezone.now())
