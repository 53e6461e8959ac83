from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "myhibachi.core"
    label = "core"
    verbose_name = "Audit"
