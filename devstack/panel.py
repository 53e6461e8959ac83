"""The panel that `make run` ends with: what runs where, who may log in, what to try."""

import os

from devstack.config import Config

PASSWORD = "hibachi-demo"  # noqa: S105 # of the demo logins, in development only
LOGINS = [
    ("owner@myhibachi.test", "admin"),
    ("finance@myhibachi.test", "finance"),
    ("manager@myhibachi.test", "manager"),
    ("support@myhibachi.test", "support"),
    ("guest@myhibachi.test", "customer, for the API"),
]


def text(config: Config, env: dict[str, str]) -> str:
    """Return the whole panel."""
    places = [
        ("Admin", f"{config.url}/admin/"),
        ("API docs", f"{config.url}/docs"),
        ("Stripe", stripe_line(config)),
        ("PostgreSQL", env["DATABASE_URL"] if not config.database_url else "yours"),
        ("Redis", env["REDIS_URL"] if not config.redis_url else "yours"),
        ("Logs", f"{os.path.relpath(config.logs)}/*.log"),
    ]
    lines = ["", "  My Hibachi is ready", ""]
    lines += [f"    {name:<12}{where}" for name, where in places]
    lines += ["", f"  Logins (password {PASSWORD})", ""]
    lines += [f"    {email:<26}{role}" for email, role in LOGINS]
    lines += ["    API tokens: dev-token (guest), admin-token (owner)"]
    lines += ["", "  Try first", "", *first_steps(config), "", "  Ctrl-C stops everything.", ""]
    return "\n".join(lines)


def stripe_line(config: Config) -> str:
    """Where Stripe's API is."""
    return f"{config.sandbox_url} (sandbox)" if config.sandbox else "the real one, with your key"


def first_steps(config: Config) -> list[str]:
    """What to do first, most telling first."""
    options = "".join(
        f"{name}={number} "
        for name, number, usual in [
            ("PORT", config.port, 8000),
            ("SANDBOX_PORT", config.sandbox_port, 12111),
        ]
        if number != usual
    )
    smoke = f"{options}make smoke"
    if not config.sandbox:
        forward = f"stripe listen --forward-to {config.url}/api/stripe/webhook"
        return [
            f"    {forward}",
            "    and put the secret it prints into STRIPE_WEBHOOK_SECRET",
        ]
    return [
        f"    {smoke:<40}books, pays and refunds by curl",
        f"    {config.url + '/admin/':<40}see the booking, refund more",
        f"    {config.sandbox_url + '/':<40}Stripe's side: events, disputes",
    ]
