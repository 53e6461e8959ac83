"""What must hold before this process serves anyone. Runs at every start, gunicorn's included."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def refuse_development_tokens() -> None:
    """Keep the literal tokens, which everybody knows, out of every other environment.

    Raises:
        ImproperlyConfigured: they are on where they must not be.
    """
    if settings.DEVELOPMENT_TOKENS and settings.ENVIRONMENT != "development":
        raise ImproperlyConfigured("DEVELOPMENT_TOKENS may be on in ENVIRONMENT=development alone.")


def require_issuer_and_audience() -> None:
    """Believe an identity provider's tokens only if they were made for us.

    Raises:
        ImproperlyConfigured: a JWKS is given without its issuer and audience.
    """
    if settings.JWT_JWKS_URL and not (settings.JWT_ISSUER and settings.JWT_AUDIENCE):
        raise ImproperlyConfigured("JWT_JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE beside it.")
