"""Pages of the admin that belong to no table. Included below `admin/`, before Django's own."""

from django.contrib import admin
from django.urls import path

from payments.admin import accounting, analytics

urlpatterns = [
    path("analytics/", admin.site.admin_view(analytics.view), name="analytics"),
    path("accounting/", admin.site.admin_view(accounting.view), name=accounting.NAME),
]
