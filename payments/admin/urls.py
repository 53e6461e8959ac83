"""Pages of the admin that belong to no table. Included below `admin/`, before Django's own."""

from django.contrib import admin
from django.urls import path

from payments.admin import accounting, analytics
from payments.admin.system import page as system
from payments.admin.today import page as today

urlpatterns = [
    # `admin:index` leads here too: it is the same address.
    path("", admin.site.admin_view(today.view), name="today"),
    path("find/", admin.site.admin_view(today.find), name="find"),
    path("today/<slug:what>/<slug:row_id>/", admin.site.admin_view(today.do), name="today_do"),
    path("analytics/", admin.site.admin_view(analytics.view), name="analytics"),
    path("analytics/rows/", admin.site.admin_view(analytics.rows_view), name=analytics.ROWS_PAGE),
    path(
        "analytics/<slug:key>.csv",
        admin.site.admin_view(analytics.table_file),
        name=analytics.TABLE_FILE,
    ),
    path("accounting/", admin.site.admin_view(accounting.view), name=accounting.NAME),
    path("system/", admin.site.admin_view(system.view), name=system.NAME),
    path("system/replay/", admin.site.admin_view(system.replay), name="system_replay"),
    path("system/<slug:kind>/", admin.site.admin_view(system.ask), name="system_ask"),
]
