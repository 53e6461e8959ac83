from django.apps import AppConfig
from django.db.models.signals import post_migrate

from customers import checks


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self) -> None:
        from customers.services.roles import sync_permissions  # its models load after this file

        checks.refuse_development_tokens()
        checks.require_issuer_and_audience()
        # Runs after Django's own receiver, which creates the permissions themselves.
        post_migrate.connect(sync_permissions, dispatch_uid="customers.sync_permissions")
