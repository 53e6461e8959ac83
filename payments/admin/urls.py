"""Pages of the admin that belong to no table. Included below `admin/`, before Django's own."""

from django.contrib import admin
from django.urls import path

from payments.admin import accounting, analytics
from payments.admin.system import page as system

urlpatterns = [
    path("analytics/", admin.site.admin_view(analytics.view), name="analytics"),
    path("accounting/", admin.site.admin_view(accounting.view), name=accounting.NAME),
    path("system/", admin.site.admin_view(system.view), name=system.NAME),
    path("system/replay/", admin.site.admin_view(system.replay), name="system_replay"),
    path("system/<slug:kind>/", admin.site.admin_view(system.ask), name="system_ask"),
]
