"""Django's settings. Everything a site may choose is an environment variable named ``HOLDFAST_*``.

There is no debug mode: an error page never shows more than a request id.
"""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from holdfast.records.database import databases
from holdfast.web.secret import secret_for_sessions

PACKAGE = Path(__file__).resolve().parent

DEBUG = False
SECRET_KEY = secret_for_sessions(os.environ)
ALLOWED_HOSTS = os.environ.get("HOLDFAST_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

# True where the browser reaches us by TLS, our own (``serve --tls-cert``) or a proxy's.
TLS = os.environ.get("HOLDFAST_TLS") == "1"
BEHIND_PROXY = os.environ.get("HOLDFAST_BEHIND_PROXY") == "1"

# True in the demonstration clinic: every page then says that nobody in it exists.
DEMONSTRATION = os.environ.get("HOLDFAST_DEMONSTRATION") == "1"

DATABASES = databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "records.User"

INSTALLED_APPS = [
    "holdfast.records",
    "holdfast.unblinded",
    "holdfast.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "csp",
    "allauth.account",  # asked for by allauth.mfa; its pages and addresses are not mounted
    "allauth.mfa",
]

MIDDLEWARE = [
    "holdfast.web.requests.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "holdfast.web.headers.Headers",
    "csp.middleware.CSPMiddleware",
    "holdfast.web.static_files.WholeFiles",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "holdfast.web.requests.BodyLimit",
    "holdfast.web.requests.Methods",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "holdfast.web.forgery.OwnForms",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "holdfast.web.sessions.IdleTimeOut",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "holdfast.web.permissions.Permissions",
    "holdfast.web.patient.language.OwnLanguage",
    "holdfast.web.erased.ErasedWords",
    "holdfast.web.quiet.Quiet",
]

ROOT_URLCONF = "holdfast.urls"
ASGI_APPLICATION = "holdfast.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "holdfast.web.frame.frame",
            ],
            "builtins": ["holdfast.web.templatetags.look", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Who is who
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "holdfast.web.passwords.NotEasilyGuessed"},
]
LOGIN_URL = "log-in"
LOGIN_REDIRECT_URL = "home"
# The answer to a wrong try comes no sooner than this, so that its time tells nothing of a name.
SIGN_IN_FLOOR_SECONDS = 0.6

# Second factors: required of every role that ``roles.toml`` says, unless the site says ``optional``.
# Who has one is asked for it either way. In the demonstration clinic nobody is made to have one.
SECOND_FACTOR = os.environ.get(
    "HOLDFAST_SECOND_FACTOR", "optional" if DEMONSTRATION else "required"
)
if SECOND_FACTOR not in ("required", "optional"):
    raise ImproperlyConfigured("HOLDFAST_SECOND_FACTOR is required or optional.")
MFA_ADAPTER = "holdfast.records.factors.Factors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds early or late, for clocks that differ
MFA_RECOVERY_CODE_DIGITS = 10
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]

# Sessions: kept in the database, ended after 20 minutes without an act and after 12 hours in any case.
SESSION_IDLE_SECONDS = int(os.environ.get("HOLDFAST_IDLE_MINUTES", "20")) * 60
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-session" if TLS else "session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = TLS
CSRF_COOKIE_NAME = "__Host-csrf" if TLS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = TLS
CSRF_FAILURE_VIEW = "holdfast.web.errors.form_expired"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = TLS

# Headers
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None

# What may come in. Uploads stay in memory: a referral never lies in a temporary file.
UPLOAD_LIMIT_BYTES = 64 * 1024 * 1024
FORM_LIMIT_BYTES = 1024 * 1024  # of every address that takes no file
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_LIMIT_BYTES
FILE_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_LIMIT_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 4
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# Static files: straight from the package, no collecting; the address carries the file's hash.
STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "holdfast.web.static_files.HashedAddresses"},
}
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 24 * 3600

# Mail, for pages alone. Without a server of the site's own a page goes to the console, by ids.
EMAIL_HOST = os.environ.get("HOLDFAST_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("HOLDFAST_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("HOLDFAST_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("HOLDFAST_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("HOLDFAST_SMTP_TLS", "1") == "1"
EMAIL_TIMEOUT = 5

# Time and language
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
# A language is offered once every message has its translation (tests/web/test_catalogs.py).
LANGUAGES = [("en", "English")]
# The patient's pages have catalogs of their own, whole in each of these (docs/decisions/0031).
PATIENT_LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"allowed": {"()": "holdfast.web.logs.AllowedFields"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "allowed"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "holdfast": {"level": "INFO"},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
        "py.warnings": {"level": "ERROR"},
    },
}
