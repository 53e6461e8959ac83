"""The `Idempotency-Key` header."""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from myhibachi.core import idempotency
from myhibachi.core.models import IdempotencyKey

HEADER = "Idempotency-Key"
MAX_LENGTH = 255


class Idempotent(APIView):
    """Base of views whose POST honors `Idempotency-Key`; put it first among the bases.

    Only a success is kept: what was refused changed nothing and may be sent again. An answer that
    holds a secret is not kept either: `post` runs again, and has to see to it that it does nothing
    twice.
    """

    answer_is_secret = False
    # For what the request makes: the same id when it is sent again because its process died
    # between making it and keeping the answer. None without the header.
    new_id: UUID | None = None

    post: Callable[..., Response]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Wrap this request's POST, once it is known whose it is."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and HEADER in request.headers and request.user.pk:
            self.post = partial(_once, self, self.post)


def _once(
    view: Idempotent, post: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
) -> Response:
    key, request_hash = _key(request), _hash(request)
    claimed = idempotency.claim(
        user_id=cast(UUID, request.user.pk),
        method="POST",
        path=request.path[:255],
        key=key,
        request_hash=request_hash,
        now=timezone.now(),
    )
    view.new_id = uuid5(NAMESPACE_URL, f"{request.user.pk} {request_hash} {key}")
    if claimed.status is not None:
        return post(request, *args, **kwargs) if view.answer_is_secret else _replay(claimed)
    try:
        response = post(request, *args, **kwargs)
    except BaseException:
        idempotency.release(claimed)
        raise
    if response.status_code < 400:
        body = "" if view.answer_is_secret else JSONRenderer().render(response.data).decode()
        idempotency.store(claimed, status=response.status_code, body=body)
    else:
        idempotency.release(claimed)
    return response


def _key(request: Request) -> str:
    key = request.headers[HEADER]
    if not (0 < len(key) <= MAX_LENGTH and key.isascii() and key.isprintable()):
        raise ValidationError(
            f"{HEADER} must be 1 to {MAX_LENGTH} printable characters.",
            code="idempotency_key_invalid",
        )
    return key


def _hash(request: Request) -> str:
    sent = request.get_full_path().encode() + b"\0" + request.body
    return hashlib.sha256(sent).hexdigest()


def _replay(kept: IdempotencyKey) -> Response:
    data = json.loads(kept.body) if kept.body else None
    return Response(data, status=kept.status, headers={"Idempotent-Replayed": "true"})
