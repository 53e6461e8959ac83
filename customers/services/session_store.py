"""Where browsers' sessions are kept (`SESSION_ENGINE`): Django's own, with whose they are."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

from customers.models import BrowserSession


class SessionStore(db.SessionStore):
    """Django's sessions in the database, with user, address and browser.

    Attributes:
        row: the session as it was read, if it was.
        ip_address, user_agent: who asks now; `customers.admin.browser` says.
    """

    row: BrowserSession | None = None
    ip_address: str | None = None
    user_agent = ""

    @classmethod
    def get_model_class(cls) -> Any:
        """Return our table."""
        return BrowserSession

    def load(self) -> dict[str, Any]:
        """Read the session, and remember its row: saving writes all of it."""
        self.row = self._get_session_from_db()  # type: ignore[attr-defined]  # no stub has it
        return self.decode(self.row.session_data) if self.row else {}

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        """Return the row to save; one with a new key is a new login."""
        made: BrowserSession = super().create_model_instance(data)  # type: ignore[assignment]
        if self.row and self.row.session_key == made.session_key:
            made.handle, made.created_at = self.row.handle, self.row.created_at
        made.user_id = data.get(SESSION_KEY)
        made.ip_address, made.user_agent = self.ip_address, self.user_agent
        self.row = made
        return made
