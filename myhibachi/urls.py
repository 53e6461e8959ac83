"""Every URL of the product. Each app lists its own in full; none has a trailing slash."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from myhibachi.core import health
from myhibachi.core.api import docs, errors

urlpatterns = [
    path("", include("customers.api.urls")),
    path("", include("bookings.api.urls")),
    path("", include("payments.api.urls")),
    path("", include("payments.pages.urls")),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", include("customers.admin.urls")),
    path("admin/", include("payments.admin.urls")),
    path("admin/", admin.site.urls),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", docs.SwaggerView.as_view(url_name="schema"), name="docs"),
    path("redoc", docs.RedocView.as_view(url_name="schema"), name="redoc"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
