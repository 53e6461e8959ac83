"""The Flask application: from a request to a handler and back to Stripe's answer."""

import functools
import importlib
import json
import pkgutil
import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, request

from sandbox import auth, errors, forms, ids, pages, resources
from sandbox.api import API_VERSION, PAGES, ROUTES, Call, Page, Route
from sandbox.events import public
from sandbox.expand import expand
from sandbox.faults import KEPT, ApiFault, Faults
from sandbox.idempotency import Keys, Stored, fingerprint
from sandbox.params import Params, validate
from sandbox.store import Store

BROKEN = "Sorry! There was an error while talking to one of our backends."
UNKNOWN_URL = (
    "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can "
    "help at https://support.stripe.com/."
)


def create_app(store: Store, faults: Faults) -> Flask:
    """The whole sandbox as a WSGI application."""
    load()
    app = Flask("sandbox", template_folder="templates", static_folder=None)
    app.extensions["sandbox"] = {"store": store, "faults": faults}
    api = Api(store, faults, Keys(store))
    for number, route in enumerate(ROUTES):
        view = functools.partial(api.answer, route)
        app.add_url_rule(route.path, f"api{number}", view, methods=[route.method])
    for number, page in enumerate(PAGES):
        view = functools.partial(api.show, page)
        app.add_url_rule(page.path, f"page{number}", view, methods=list(page.methods))
    app.register_error_handler(404, _unknown_url)
    app.register_error_handler(405, _unknown_url)
    app.register_error_handler(errors.StripeError, lambda e: _failed(e))
    app.register_error_handler(Exception, _crashed)
    app.after_request(_headers)
    app.wsgi_app = _droppable(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
    return app


def load() -> None:
    """Import every module of ``resources`` and ``pages``: importing registers their routes."""
    for package in (resources, pages):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


class Api:
    """Answers API calls and pages, one at a time."""

    def __init__(self, store: Store, faults: Faults, keys: Keys) -> None:
        self.store, self.faults, self.keys = store, faults, keys

    def answer(self, route: Route, **path_args: str) -> Response:
        """Authenticate, meet faults, replay or validate and execute."""
        g.request_id = ids.new("req", 14)
        raw = _raw_params()
        parameter = raw.pop("key", None) if route.publishable else None
        key = auth.key_from(request.headers.get("Authorization"), parameter)
        publishable = auth.check_publishable(key, allowed=route.publishable)
        idempotency_key = self._key(route)
        with self.keys.claim(idempotency_key):
            print_ = fingerprint(raw)
            stored = self.keys.answer(idempotency_key, request.path, print_)
            fault = self.faults.next_for(route.method, request.path, again=stored is not None)
            _meet(fault)
            if stored:
                g.replayed = stored.request
                return _json(stored.body, stored.status)
            params = validate(route.params, raw)
            call = Call(self.store, base_url(), g.request_id, idempotency_key, publishable, params)
            keep = functools.partial(self.keys.keep, idempotency_key, request.path, print_)
            if fault and fault.kind == "500_kept":
                done = self._break(keep)
            else:
                done = self._execute(route, call, params, path_args, keep)
            if fault and fault.kind == "500_after":
                done = self._break(keep)
            g.drop = fault is not None and fault.kind == "reset_after"
            return _json(done.body, done.status)

    def _key(self, route: Route) -> str | None:
        key = request.headers.get("Idempotency-Key") if route.method == "POST" else None
        if key and len(key) > 255:
            raise errors.invalid("Idempotency keys can be at most 255 characters.")
        return key or None

    def _execute(
        self,
        route: Route,
        call: Call,
        params: Params,
        path_args: dict[str, str],
        keep: Callable[[Stored], None],
    ) -> Stored:
        """Run the handler in a transaction; its answer, a refusal too, is kept for the key."""
        wanted = params.pop("expand", [])
        try:
            with self.store.transaction():
                try:
                    body = route.handler(call, params, **path_args)
                    text = _dump(public(expand(self.store, body, wanted)))
                    done = Stored(200, text, g.request_id)
                except errors.StripeError as refusal:
                    if not refusal.keeps_effects:
                        raise
                    done = _stored(refusal)
                keep(done)
        except errors.StripeError as refusal:
            done = _stored(refusal)
            with self.store.transaction():
                keep(done)
        return done

    def _break(self, keep: Callable[[Stored], None]) -> Stored:
        """Answer 500, to the same key again too."""
        done = _stored(errors.StripeError(BROKEN, status=500, kind="api_error"))
        with self.store.transaction():
            keep(done)
        return done

    def show(self, page: Page, **path_args: str) -> Any:
        """A page or control call, in a transaction of its own."""
        call = Call(self.store, base_url())
        with self.store.transaction():
            return page.handler(call, **path_args)


def base_url() -> str:
    """Where this sandbox is reached, without a trailing slash."""
    return request.host_url.rstrip("/")


def _stored(refusal: errors.StripeError) -> Stored:
    return Stored(refusal.status, _dump(public(refusal.body(g.request_id))), g.request_id)


def _raw_params() -> Params:
    pairs = request.args if request.method in ("GET", "DELETE") else request.form
    uploads = [(name, file.filename or name) for name, file in request.files.items()]
    return forms.decode([*pairs.items(multi=True), *uploads])


def _meet(fault: ApiFault | None) -> None:
    """Suffer a fault that comes before execution."""
    if fault is None or fault.kind in ("reset_after", *KEPT):
        return
    if fault.kind in ("latency", "timeout"):
        time.sleep(fault.seconds)
    if fault.kind == "429":
        message = "Request rate limit exceeded. You can learn more about rate limits here "
        message += "https://stripe.com/docs/rate-limits."
        raise errors.StripeError(message, status=429, code="rate_limit")
    if fault.kind == "500":
        raise errors.StripeError(BROKEN, status=500, kind="api_error")
    if fault.kind in ("timeout", "reset"):
        g.drop = True
        raise errors.StripeError("dropped", status=500, kind="api_error")


def _droppable(wsgi: Any) -> Any:
    """Closes the connection without an answer where a fault asks for it."""

    def guarded(environ: dict[str, Any], start_response: Any) -> Any:
        result = wsgi(environ, start_response)
        if environ.get("sandbox.drop"):
            raise ConnectionResetError
        return result

    return guarded


def _dump(body: Any) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False)


def _json(text: str, status: int) -> Response:
    return Response(text, status, content_type="application/json")


def _failed(error: errors.StripeError) -> Response:
    return _json(_dump(error.body(g.get("request_id"))), error.status)


def _unknown_url(_: Exception) -> Response:
    g.request_id = ids.new("req", 14)
    message = UNKNOWN_URL.format(method=request.method, path=request.path)
    return _failed(errors.StripeError(message, status=404))


def _crashed(error: Exception) -> Response:
    """A fault of the sandbox itself: Stripe's 500, and the trace on stderr."""
    from flask import current_app

    current_app.logger.exception("the sandbox failed", exc_info=error)
    return _failed(errors.StripeError(f"Sandbox error: {error!r}", status=500, kind="api_error"))


def _headers(response: Response) -> Response:
    if g.get("drop"):
        request.environ["sandbox.drop"] = True
    if "request_id" in g:
        response.headers["Request-Id"] = g.request_id
        response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", API_VERSION)
        if key := request.headers.get("Idempotency-Key"):
            response.headers["Idempotency-Key"] = key
    if "replayed" in g:
        response.headers["Idempotent-Replayed"] = "true"
        response.headers["Original-Request"] = g.replayed
    return response
