"""The pages that show the API's documentation, working offline."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

# Both viewers set styles from script and read the schema in a worker; scripts stay our own.
CONTENT_SECURITY = csp_update({"style-src": [UNSAFE_INLINE], "worker-src": [SELF, "blob:"]})


@method_decorator(CONTENT_SECURITY, name="dispatch")
class SwaggerView(SpectacularSwaggerSplitView):
    """`/docs`."""


@method_decorator(CONTENT_SECURITY, name="dispatch")
class RedocView(SpectacularRedocView):
    """`/redoc`."""
