"""The environment that the product's processes run in."""

from devstack import keys
from devstack.config import ROOT, Config

STRIPE_KEYS = ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY")


def product(config: Config, *, database_url: str, redis_url: str) -> dict[str, str]:
    """Return the environment for the web server, the worker, beat and manage.py.

    What the person set comes first, and we fill the rest; but a server we brought is used, and
    the sandbox goes with its own keys.
    """
    own_keys = keys.kept(config.data_dir / "keys.env")
    stripe = {name: own_keys.pop(name) for name in STRIPE_KEYS}
    ours = {"ENVIRONMENT": "development", "SITE_URL": config.url, **own_keys}
    given = {name: value for name, value in config.given.items() if value}
    sandbox = {**stripe, "STRIPE_API_BASE": config.sandbox_url} if config.sandbox else {}
    fixed = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "myhibachi.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    return ours | given | sandbox | fixed


def webhook_secret(env: dict[str, str]) -> str:
    """Return the secret the sandbox signs with: the first, when several are set."""
    return env["STRIPE_WEBHOOK_SECRET"].split(",")[0].strip()
