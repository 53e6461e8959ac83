"""Notes which browser a session is used from."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from customers.services import sessions
from customers.services.session_store import SessionStore
from myhibachi.core.api.client_ip import client_ip, user_agent


def note_browser(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, right after Django's sessions: say who asks, and when they were seen."""

    def middleware(request: HttpRequest) -> HttpResponse:
        store: SessionStore = request.session  # type: ignore[assignment]  # SESSION_ENGINE
        client = sessions.Client(ip_address=client_ip(request), user_agent=user_agent(request))
        store.ip_address, store.user_agent = client.ip_address, client.user_agent
        response = get_response(request)
        if store.row:
            sessions.note_seen(session=store.row, client=client, now=timezone.now())
        return response

    return middleware
