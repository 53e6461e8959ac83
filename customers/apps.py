from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CustomersConfig(AppConfig):
    name = "customers"

    def ready(self) -> None:
        from customers.services.roles import sync_permissions

        # Runs after Django's own receiver, which creates the permissions themselves.
        post_migrate.connect(sync_permissions, dispatch_uid="customers.sync_permissions")
