from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from customers.services import attempts

ATTEMPTS = 10
WINDOW = 60  # seconds


class AdminLoginForm(AdminAuthenticationForm):
    """The admin's login, with a limit on guessing at one account, as the API's has."""

    def confirm_login_allowed(self, user: Any) -> None:
        """Say plainly that an account is none of the staff's; its password was right."""
        super(AdminAuthenticationForm, self).confirm_login_allowed(user)
        if not user.is_staff:
            words = "This account is a customer's. Only staff work here."
            raise ValidationError(words, code="no_staff")

    def clean(self) -> dict[str, Any]:
        email = str(self.cleaned_data.get("username", "")).lower()
        if attempts.count(kind="admin_login", whose=email, per_seconds=WINDOW) > ATTEMPTS:
            raise ValidationError("Too many attempts. Wait a minute.", code="throttled")
        return super().clean()
