from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import mirror
        from payments.webhooks import handlers  # noqa: F401  (connects the receivers)

        mirror.install()
