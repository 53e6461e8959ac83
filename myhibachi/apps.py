from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's admin, on our own site."""

    default_site = "myhibachi.admin_site.HouseAdminSite"
