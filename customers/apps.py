from django.apps import AppConfig
from django.db.models.signals import post_migrate

from customers import checks


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self) -> None:
        # These need the models, which load after this file.
        from customers.api import schema  # noqa: F401  # registers itself with drf-spectacular
        from customers.services.roles import sync_permissions

        checks.refuse_development_tokens()
        checks.require_issuer_and_audience()
        # Runs after Django's own receiver, which creates the permissions themselves.
        post_migrate.connect(sync_permissions, dispatch_uid="customers.sync_permissions")
