"""Every URL of the product. Each app lists its own in full; none has a trailing slash."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("customers.api.urls")),
    path("", include("bookings.api.urls")),
    path("", include("payments.api.urls")),
    path("", include("payments.pages.urls")),
    path("admin/", admin.site.urls),
]
