"""What a resource module works with: the registries of routes, pages and jobs, and ``Call``."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from stripe._api_version import _ApiVersion

from sandbox import errors, events, jobs, lists
from sandbox.params import Params
from sandbox.store import Body, Store

API_VERSION: str = _ApiVersion.CURRENT
Handler = TypeVar("Handler", bound=Callable[..., Any])


class Route(NamedTuple):
    """One API call: where it answers, what it takes, who may call it."""

    method: str
    path: str
    params: type | None
    handler: Callable[..., Body]
    publishable: bool


class Page(NamedTuple):
    """One page or control call outside Stripe's API: no key needed."""

    methods: tuple[str, ...]
    path: str
    handler: Callable[..., Any]


ROUTES: list[Route] = []
PAGES: list[Page] = []


def route(
    method: str, path: str, params: type | None = None, *, publishable: bool = False
) -> Callable[[Handler], Handler]:
    """Register ``handler(call, params, **path_args) -> Body`` as an API call.

    ``params`` is the SDK's parameter class the request is held against. ``publishable`` lets a
    publishable key in (the handler checks the client secret with ``call.check_secret``).
    """

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, path, params, handler, publishable))
        return handler

    return register


def page(*methods: str, path: str) -> Callable[[Handler], Handler]:
    """Register ``handler(call, **path_args) -> Flask response`` as a page, in a transaction."""

    def register(handler: Handler) -> Handler:
        PAGES.append(Page(methods, path, handler))
        return handler

    return register


@dataclass
class Call:
    """One request (or background job) in progress: what it may read, write and emit."""

    store: Store
    base_url: str
    request_id: str | None = None
    idempotency_key: str | None = None
    publishable: bool = False
    params: Params = field(default_factory=dict)

    def get(self, kind: str, id_: str | None) -> Body | None:
        """The object, or None."""
        return self.store.get(kind, id_) if id_ else None

    def need(self, kind: str, id_: str | None, *, param: str | None = None) -> Body:
        """The object; 404 ``resource_missing``, or 400 when the id came as parameter ``param``."""
        found = self.get(kind, id_)
        if found is None:
            raise errors.no_such(noun(kind), str(id_), param or "id", 400 if param else 404)
        return found

    def check_secret(self, body: Body) -> None:
        """A publishable key must present the object's client secret."""
        if self.publishable and self.params.get("client_secret") != body["client_secret"]:
            raise errors.no_such(noun(body["object"]), body["id"])

    def create(self, body: Body, event: str | None = None) -> Body:
        """Store a new object and emit ``event``."""
        self.store.save(body)
        if event:
            self.emit(event, body)
        return body

    @contextmanager
    def changing(self, body: Body, event: str | None = None) -> Iterator[Body]:
        """Store what the block changes in ``body``, and emit ``event`` if it changed anything."""
        before = copy.deepcopy(body)
        yield body
        if body != before:
            self.store.save(body)
            if event:
                self.emit(event, body, previous=events.difference(before, body))

    def delete(self, body: Body, event: str | None = None) -> Body:
        """Delete the object, emit ``event`` with its last state, answer Stripe's stub."""
        stub = self.store.delete(body)
        if event:
            self.emit(event, body)
        return stub

    def emit(self, event: str, body: Body, *, previous: Body | None = None) -> Body:
        """Record an event and queue it for every endpoint that wants it."""
        asked_by = {"id": self.request_id, "idempotency_key": self.idempotency_key}
        return events.emit(self.store, event, body, asked_by, previous)

    def page(self, kind: str, params: Params, url: str, /, **where: Any) -> Body:
        """A list answer; ``where`` as in ``lists.page`` (``a__b`` is the dotted ``a.b``)."""
        dotted = {name.replace("__", "."): value for name, value in where.items()}
        return lists.page(self.store, kind, params, url=url, where=dotted)

    def later(self, seconds: float, name: str, *args: Any) -> None:
        """Run the job ``name`` (see ``jobs.job``) after this request, even over a restart."""
        jobs.schedule(self.store, seconds, name, args)


# What Stripe's messages call an object whose name differs from its type.
NOUNS = {
    "payment_method": "PaymentMethod",
    "checkout.session": "checkout.session",
    "balance_transaction": "balance transaction",
    "webhook_endpoint": "webhook endpoint",
    "promotion_code": "promotion code",
    "invoiceitem": "invoiceitem",
}


def noun(kind: str) -> str:
    """How Stripe's messages name a type of object."""
    return NOUNS.get(kind, kind)


def merge(body: Body, params: Params) -> None:
    """Write parameters into an object: an empty string unsets, hashes merge, metadata as Stripe's.

    ``expand`` and unknown keys of ``params`` are left out: only fields the object has.
    """
    for name, value in params.items():
        if name == "metadata":
            body["metadata"] = merged_metadata(body.get("metadata"), value)
        elif name in body:
            body[name] = _merged(body[name], value)


def _merged(old: Any, new: Any) -> Any:
    if new == "":
        return None
    if isinstance(new, dict):
        base = old if isinstance(old, dict) else {}
        return base | {k: _merged(base.get(k), v) for k, v in new.items()}
    return new


def merged_metadata(old: dict[str, str] | None, new: Any) -> dict[str, str]:
    """Keys merge; an empty value unsets its key, an empty hash of metadata unsets all."""
    if new == "" or new is None:
        return {} if new == "" else dict(old or {})
    return {k: v for k, v in {**(old or {}), **new}.items() if v != ""}
