"""Reads and checks the environment once, at start-up.

Every problem is one line that names the variable and what it should look like, and never the
value: a mistyped secret must not end up in a log.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

ENVIRONMENTS = ("development", "test", "staging", "production")
TWO_FACTOR = ("optional", "required")
# The pattern dj-stripe enforces on every stored or used key.
SECRET_KEY_PATTERN = re.compile(r"(sk|rk)_(test|live)_[a-zA-Z0-9]{24,}")
PUBLISHABLE_KEY_PATTERN = re.compile(r"pk_(test|live)_[a-zA-Z0-9]{24,}")
WEBHOOK_SECRET_PATTERN = re.compile(r"whsec_\S{8,}")
MAIL_SERVER_PATTERN = re.compile(r"smtp(\+tls|\+ssl|s)?://(\S+@)?[\w.-]+(:\d+)?/?(\?\S*)?")
NO_MAIL_SERVER_PATTERN = re.compile(r"(consolemail|filemail|dummymail)://\S*")
CONSOLE = "consolemail://"
SENDER = "My Hibachi <hello@myhibachi.example>"
STRIPE_API = "https://api.stripe.com"


@dataclass(frozen=True, kw_only=True)
class StripeSettings:
    secret_key: str
    publishable_key: str
    webhook_secrets: list[str]
    api_base: str

    @property
    def livemode(self) -> bool:
        return "_live_" in self.secret_key


def load(base_dir: Path) -> environ.Env:
    """Return the environment, with `.env` beside manage.py filling what is not set."""
    env = environ.Env()
    env_file = base_dir / ".env"
    if env_file.exists():
        env.read_env(env_file)
    return env


def required(env: environ.Env, name: str) -> str:
    """Return a variable that must be set.

    Raises:
        ImproperlyConfigured: it is missing or empty.
    """
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example for what it should be.")
    return value


def environment_name(env: environ.Env) -> str:
    """Return `ENVIRONMENT`, one of `ENVIRONMENTS`; production when it is not set."""
    name: str = env.str("ENVIRONMENT", default="production")
    if name not in ENVIRONMENTS:
        raise ImproperlyConfigured(f"ENVIRONMENT must be one of {', '.join(ENVIRONMENTS)}.")
    return name


def staff_two_factor(env: environ.Env, *, production: bool) -> str:
    """Return `STAFF_TWO_FACTOR`, one of `TWO_FACTOR`; in production it is required by default."""
    default = "required" if production else "optional"
    chosen: str = env.str("STAFF_TWO_FACTOR", default=default)
    if chosen not in TWO_FACTOR:
        raise ImproperlyConfigured(f"STAFF_TWO_FACTOR must be {' or '.join(TWO_FACTOR)}.")
    return chosen


def stripe_settings(env: environ.Env, *, production: bool) -> StripeSettings:
    """Return Stripe's settings, checked.

    Args:
        production: refuses test keys and another API host, and everything else refuses live keys.

    Raises:
        ImproperlyConfigured: a key is missing, malformed or of the wrong mode, or the host is.
    """
    found = StripeSettings(
        secret_key=required(env, "STRIPE_SECRET_KEY"),
        publishable_key=env.str("STRIPE_PUBLISHABLE_KEY", default=""),
        webhook_secrets=[s.strip() for s in required(env, "STRIPE_WEBHOOK_SECRET").split(",")],
        api_base=env.str("STRIPE_API_BASE", default=STRIPE_API).rstrip("/"),
    )
    if not SECRET_KEY_PATTERN.fullmatch(found.secret_key):
        raise ImproperlyConfigured("STRIPE_SECRET_KEY must look like sk_test_… or sk_live_….")
    if found.publishable_key and not PUBLISHABLE_KEY_PATTERN.fullmatch(found.publishable_key):
        raise ImproperlyConfigured("STRIPE_PUBLISHABLE_KEY must look like pk_test_… or pk_live_….")
    if not all(WEBHOOK_SECRET_PATTERN.fullmatch(secret) for secret in found.webhook_secrets):
        raise ImproperlyConfigured(
            "STRIPE_WEBHOOK_SECRET must be one whsec_… secret, or several separated by commas."
        )
    if found.livemode != production:
        wanted = "live" if production else "test"
        raise ImproperlyConfigured(f"STRIPE_SECRET_KEY must be a {wanted} key in this ENVIRONMENT.")
    if production and found.api_base != STRIPE_API:
        raise ImproperlyConfigured(f"STRIPE_API_BASE must be {STRIPE_API} in production.")
    return found


def email_settings(env: environ.Env, *, production: bool) -> dict[str, Any]:
    """Return Django's settings for sending e-mail, from `EMAIL_URL`; the console without one.

    Args:
        production: needs a mail server and a sender: the console reaches nobody, and no server
            takes mail from our example.

    Raises:
        ImproperlyConfigured: one is missing there, or the URL is none.
    """
    url = required(env, "EMAIL_URL") if production else env.str("EMAIL_URL", default=CONSOLE)
    is_local = not production and NO_MAIL_SERVER_PATTERN.fullmatch(url)
    if not MAIL_SERVER_PATTERN.fullmatch(url) and not is_local:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@host:587.")
    found: dict[str, Any] = env.email_url_config(url)
    if production:
        return found | {"DEFAULT_FROM_EMAIL": required(env, "DEFAULT_FROM_EMAIL")}
    return found | {"DEFAULT_FROM_EMAIL": env.str("DEFAULT_FROM_EMAIL", default=SENDER)}
