"""Django settings. Everything that differs between machines comes from the environment."""

from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from myhibachi import env as environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = environment.load(BASE_DIR)

ENVIRONMENT = environment.environment_name(env)
DEVELOPMENT = ENVIRONMENT == "development"
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)
if DEBUG and PRODUCTION:
    raise ImproperlyConfigured("DEBUG must be false in production.")

SECRET_KEY = environment.required(env, "SECRET_KEY")
if len(SECRET_KEY) < 50 and not DEVELOPMENT:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])

# The literal bearer tokens `dev-token` and `admin-token`. customers.checks refuses them elsewhere.
DEVELOPMENT_TOKENS = env.bool("DEVELOPMENT_TOKENS", default=DEVELOPMENT)

# --- Applications ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "myhibachi.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "corsheaders",
    "csp",
    "django_filters",
    "djstripe",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "pgtrigger",
    "rest_framework",
    "rest_framework_simplejwt",
    "myhibachi.core",
    "customers",
    "bookings",
    "payments",
]

MIDDLEWARE = [
    "myhibachi.core.api.errors.refuse_nul_bytes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "customers.admin.browser.note_browser",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "myhibachi.urls"
WSGI_APPLICATION = "myhibachi.wsgi.application"
APPEND_SLASH = True  # for the admin; the API's own paths have none

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database, cache, background work -------------------------------------------------------
environment.required(env, "DATABASE_URL")
DATABASES = {"default": env.db("DATABASE_URL")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must be a postgres:// URL.")
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": 10,
    "timeout": 5,  # seconds a request waits for a connection; the default 30 only piles them up
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# dj-stripe's own migrations take 80 seconds; ours make the same schema in 10 (an ADR says how).
MIGRATION_MODULES = {"djstripe": "payments.mirror_migrations"}

REDIS_URL = environment.required(env, "REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://"),
    }
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
# A publish that cannot reach the broker gives up at once: the sweeper finds the row.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# What development's e-mails print is no log line: their links have to work.
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "myhibachi.core.tasks.heartbeat", "schedule": 30.0},
    "sweep-webhook-events": {"task": "payments.tasks.sweep_webhook_events", "schedule": 15.0},
    "sweep-stripe-calls": {"task": "payments.tasks.sweep_stripe_calls", "schedule": 30.0},
    "finish-money-in": {"task": "payments.tasks.finish_money_in", "schedule": 60.0},
    "pull-balance": {"task": "payments.tasks.pull_balance", "schedule": 600.0},
    "remind-of-overdue-invoices": {
        "task": "payments.tasks.remind_of_overdue_invoices",
        "schedule": 600.0,
    },
    "follow-customers": {"task": "payments.tasks.follow_customers", "schedule": 300.0},
    "purge-webhook-payloads": {
        "task": "payments.tasks.purge_webhook_payloads",
        "schedule": 86_400.0,
    },
    "backfill-events": {"task": "payments.tasks.backfill_events", "schedule": 3600.0},
    # At night at the venue; UTC.
    "reconcile": {"task": "payments.tasks.reconcile", "schedule": crontab(hour=10, minute=20)},
    "prove-totals": {
        "task": "payments.tasks.prove_totals",
        "schedule": crontab(hour=11, minute=20),
    },
    "expire-holds": {"task": "bookings.tasks.expire_holds", "schedule": 30.0},
    "expire-quotes": {"task": "bookings.tasks.expire_quotes", "schedule": 60.0},
    "offer-places": {"task": "bookings.tasks.offer_places", "schedule": 30.0},
    "sweep-emails": {"task": "bookings.tasks.sweep_emails", "schedule": 60.0},
    "send-reminders": {"task": "bookings.tasks.send_reminders", "schedule": 60.0},
    "purge-idempotency-keys": {
        "task": "myhibachi.core.tasks.purge_idempotency_keys",
        "schedule": 3600.0,
    },
    "purge-login-sessions": {"task": "customers.tasks.purge_login_sessions", "schedule": 3600.0},
}

# --- People ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "customers.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
# Whether staff need an authenticator app to work in the admin, or may have one.
STAFF_TWO_FACTOR = environment.staff_two_factor(env, production=PRODUCTION)
SESSION_ENGINE = "customers.services.session_store"

# --- API ------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["customers.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["myhibachi.core.api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "myhibachi.core.api.pagination.CursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_standardized_errors.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {
        "login_address": "20/min",
        "login_account": "10/min",
        "register": "20/hour",
    },
    # How many proxies of ours stand in front: their X-Forwarded-For entries are believed.
    "NUM_PROXIES": env.int("TRUSTED_PROXIES", default=0),
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "myhibachi.core.api.exceptions.Handler",
    "ALLOWED_ERROR_STATUS_CODES": ["400", "401", "403", "404", "409", "429"],
    "ERROR_SCHEMAS": {"409": "myhibachi.core.api.schema.ConflictResponseSerializer"},
}
# Each login is a row that rotates its refresh token and can be revoked (customers.LoginSession).
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "ALGORITHM": "HS256",
    "SIGNING_KEY": SECRET_KEY,
}
JWT_JWKS_URL = env.str("JWT_JWKS_URL", default="")
JWT_ISSUER = env.str("JWT_ISSUER", default="")
JWT_AUDIENCE = env.str("JWT_AUDIENCE", default="")
SPECTACULAR_SETTINGS = {
    "TITLE": "My Hibachi API",
    "DESCRIPTION": "Bookings and payments. Money is integer cents; times are ISO 8601 with offset.",
    "VERSION": "1.0.0",
    "SCHEMA_PATH_PREFIX": "/api/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],  # a stale token must not hide the docs
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_standardized_errors.openapi_hooks.postprocess_schema_enums",
        "payments.api.schema.add_webhook",
    ],
    "ENUM_NAME_OVERRIDES": {
        name: f"drf_standardized_errors.openapi_serializers.{name}.choices"
        for name in ("ValidationErrorEnum", "ClientErrorEnum", "ServerErrorEnum")
    }
    | {
        f"ErrorCode{status}Enum": (
            f"drf_standardized_errors.openapi_serializers.ErrorCode{status}Enum.choices"
        )
        for status in (401, 403, 404, 429)
    }
    | {
        "BookingStatusEnum": "bookings.models.Status",
        "DisputeStatusEnum": "payments.models.Dispute.Status",
        "InvoiceStatusEnum": "payments.models.Invoice.Status",
        "ManualMethodEnum": "payments.api.serializers.requests.MANUAL_METHODS",
        "PaymentMethodEnum": "payments.models.Payment.Method",
        "PaymentStatusEnum": "payments.models.Payment.Status",
        "RefundStatusEnum": "payments.models.Refund.Status",
    },
}

# --- Addresses ------------------------------------------------------------------------------
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
FRONTEND_URL = env.str("FRONTEND_URL", default="http://localhost:3000").rstrip("/")
CORS_ALLOWED_ORIGINS = [FRONTEND_URL]
CORS_URLS_REGEX = r"^/api/.*$"
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "myhibachi.core.api.errors.csrf_failure"
CHECKOUT_SUCCESS_URL = env.str(
    "CHECKOUT_SUCCESS_URL", default=f"{SITE_URL}/pay/success?session_id={{CHECKOUT_SESSION_ID}}"
)
# Empty: back to the booking's own page.
CHECKOUT_CANCEL_URL = env.str("CHECKOUT_CANCEL_URL", default="")
PORTAL_RETURN_URL = env.str("PORTAL_RETURN_URL", default=f"{SITE_URL}/pay/portal")

# --- E-mail ---------------------------------------------------------------------------------
vars().update(environment.email_settings(env, production=PRODUCTION))
EMAIL_TIMEOUT = 20

# --- Stripe ---------------------------------------------------------------------------------
STRIPE = environment.stripe_settings(env, production=PRODUCTION)
WEBHOOK_PAYLOAD_RETENTION = timedelta(days=env.int("WEBHOOK_PAYLOAD_DAYS", default=90))
ENABLE_AUTOMATIC_TAX = env.bool("ENABLE_AUTOMATIC_TAX", default=False)
# What dj-stripe itself reads. It never calls Stripe here, nor stores the key (payments.mirror).
STRIPE_LIVE_MODE = STRIPE.livemode
STRIPE_API_VERSION = "2026-08-26.dahlia"
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"

# --- Security -------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if SITE_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes come from inside
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
elif PRODUCTION:
    raise ImproperlyConfigured("SITE_URL must start with https:// in production.")

# --- Words, times, files, logs --------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "America/Los_Angeles"  # the venue's zone: what staff see
FORMAT_MODULE_PATH = "myhibachi.formats"

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "class": "myhibachi.link_tokens.MaskedFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # The SDK's own logger prints request parameters at INFO.
    "loggers": {"stripe": {"level": "WARNING"}},
}
