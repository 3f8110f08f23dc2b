"""Settings of Blemish; everything that differs between installations comes from the environment."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from webapp import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("BLEMISH_VAR") or BASE_DIR / "var").resolve()
HOST, PORT = environment.address("BLEMISH_ADDRESS", "127.0.0.1:8000")

SECRET_KEY = environment.secret_key(VAR)
DEBUG = environment.boolean("DEBUG", False)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", HOST])
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "annotations",
    "inference",
    "training",
    "webapp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "webapp.urls"
WSGI_APPLICATION = "webapp.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

if os.environ.get("DATABASE_URL"):
    DATABASES: dict[str, Any]
    try:
        DATABASES = {"default": dj_database_url.config(conn_max_age=60, conn_health_checks=True)}
    except ValueError as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot be read: {error}. Write it as postgres://user:password@host:5432/name."
        ) from error
else:
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR / "db.sqlite3"), "CONN_MAX_AGE": 60}
    DATABASES = {"default": sqlite}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock when a transaction begins, so that two writers wait for each other
    # (up to the timeout, in seconds) instead of failing when a read turns into a write.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32768; "
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728;"
            ),
        }
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "training.tasks.run_round": {"queue": "ml"},
    "inference.tasks.run_inspection": {"queue": "ml"},
    "inference.tasks.propose_grades": {"queue": "ml"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A web request must not hang on a stopped Redis: a refused publish is found again by the sweep.
    "socket_connect_timeout": 2,
    "max_retries": 1,
    "interval_start": 0,
    "socket_timeout": 30,
    "visibility_timeout": 12 * 3600,
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "requeue stalled rounds": {"task": "training.tasks.sweep", "schedule": 10},
    "render pending views": {"task": "annotations.tasks.sweep", "schedule": 20},
    "go on with archives": {"task": "annotations.tasks.sweep_archives", "schedule": 20},
    "bring severities up to date": {"task": "annotations.tasks.refresh_figures", "schedule": 20},
    "remove what was deleted a day ago": {"task": "training.tasks.purge", "schedule": 300},
    "requeue stalled inspections": {"task": "inference.tasks.sweep", "schedule": 20},
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "projects"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_NAME = f"blemish_session_{PORT}"
CSRF_COOKIE_NAME = f"blemish_csrf_{PORT}"
CSRF_FAILURE_VIEW = "webapp.views.page.forged"
# Behind a proxy that ends TLS, set BEHIND_HTTPS=1.
BEHIND_HTTPS = environment.boolean("BEHIND_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
if BEHIND_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "webapp.staticfiles.PlotlyFinder",
]
MEDIA_ROOT = VAR / "media"
MEDIA_URL = "media/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "annotations.imaging.storage.WholeFileStorage"},
    "staticfiles": {"BACKEND": "webapp.staticfiles.ModuleAwareStorage"},
}
if bucket := os.environ.get("S3_BUCKET"):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": bucket, "endpoint_url": os.environ.get("S3_ENDPOINT_URL") or None},
    }
MODELS_ROOT = VAR / "models"
ROUNDS_ROOT = VAR / "rounds"

DATA_UPLOAD_MAX_NUMBER_FILES = 1000
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20
BLEMISH_MAX_PIXELS = environment.integer("BLEMISH_MAX_PIXELS", 200_000_000, least=1)
BLEMISH_MAX_FILE_BYTES = environment.integer("BLEMISH_MAX_FILE_BYTES", 512 * 2**20, least=1)
# Zip archives: bytes as they are sent, files inside, bytes unpacked.
BLEMISH_MAX_ARCHIVE_BYTES = environment.integer("BLEMISH_MAX_ARCHIVE_BYTES", 4 * 2**30, least=1)
BLEMISH_MAX_ARCHIVE_FILES = environment.integer("BLEMISH_MAX_ARCHIVE_FILES", 50_000, least=1)
BLEMISH_MAX_ARCHIVE_UNPACKED_BYTES = environment.integer(
    "BLEMISH_MAX_ARCHIVE_UNPACKED_BYTES", 32 * 2**30, least=1
)
# Modules imported before a network is built, so that their @register_backbone takes effect.
BLEMISH_BACKBONES = environment.words("BLEMISH_BACKBONES", [])

REST_FRAMEWORK = {
    # The first one decides how a missing sign-in is answered: 401, which session authentication cannot send.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "annotations.api.authentication.PageSession",
    ],
    "DEFAULT_PARSER_CLASSES": ["annotations.api.parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # An error may quote what came, half a surrogate pair too, which UTF-8 cannot hold but "\\ud800" can.
    "UNICODE_JSON": False,
    # The schema has what OPTIONS would answer.
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "annotations.api.error_answers.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Blemish",
    "DESCRIPTION": "Label, grade and review surface defects, and train on them.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "annotations.api.error_answers.add_errors",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ImageStateEnum": "annotations.models.ImageState",
        "JobStateEnum": "annotations.models.JobState",
        "BoxDecisionEnum": "annotations.models.Decision",
        "ReviewDecisionEnum": "annotations.labeling.review.DECISIONS",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Every sweep would write five lines of success; failures are logged, and the rows show the rest.
    # TensorFlow names each file that it wrote, in the middle of a progress bar.
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("celery.app.trace", "celery.worker.strategy", "celery.beat", "tensorflow")
    },
}
