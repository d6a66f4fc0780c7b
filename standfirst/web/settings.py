"""Django's settings, made from the site's configuration; nothing else reads the environment."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from standfirst.web import configuration, secrets_file

SITE_FOLDER = Path(os.environ.get("STANDFIRST_SITE", ".")).resolve()
STANDFIRST = configuration.read(SITE_FOLDER)
DATA_FOLDER = STANDFIRST.data

SECRET_KEY = secrets_file.secret(DATA_FOLDER, "secret_key")
DEBUG = STANDFIRST.debug
_public = urlsplit(STANDFIRST.url)
SECURE_SITE = _public.scheme == "https"
ALLOWED_HOSTS = [str(_public.hostname), *STANDFIRST.hosts]
if _public.hostname in {"127.0.0.1", "localhost", "::1"}:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
BASE_URL = STANDFIRST.url

INSTALLED_APPS = [
    "standfirst.web",
    "standfirst.demo",
    "standfirst.importers",
    "standfirst.stories",
    "standfirst.funding",
    "standfirst.discussion",
    "standfirst.accounts",
    "standfirst.mail",
    "standfirst.delivery",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{each.module}" for each in STANDFIRST.providers),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
if STANDFIRST.database["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS.append("django.contrib.postgres")  # full-text search uses its indexes

# Everything in this chain is synchronous: the front reaches it in one hop to a thread.
MIDDLEWARE = [
    "standfirst.web.middleware.security_headers",
    "standfirst.web.middleware.fill_holes",
    "standfirst.web.middleware.RefuseForeignWrites",
    "standfirst.web.middleware.ShowRefusals",
    "allauth.account.middleware.AccountMiddleware",
    "standfirst.web.middleware.readers_only",
    "standfirst.web.middleware.DeskOnly",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "standfirst.web.urls"
APPEND_SLASH = False
WSGI_APPLICATION = None

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE_FOLDER / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "standfirst.web.publication.publication",
            ],
            "builtins": [
                "standfirst.delivery.templatetags.delivery",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
        },
    }
]

DATABASES = {"default": STANDFIRST.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "standfirst.accounts.backends.ReaderBackend"]
ACCOUNT_ADAPTER = "standfirst.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is in our tables only once a code has come back from it
SOCIALACCOUNT_ADAPTER = "standfirst.accounts.adapters.ProviderAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_PROVIDERS = {each.module: each.app for each in STANDFIRST.providers}
MFA_ADAPTER = "standfirst.accounts.adapters.PasskeyAdapter"
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE_SITE  # browsers have passkeys without https on this machine alone
LOGIN_URL = "/desk/login/"
LOGIN_REDIRECT_URL = "/desk/"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

USE_TZ = True
TIME_ZONE = STANDFIRST.time_zone
USE_I18N = True
LANGUAGE_CODE = STANDFIRST.language
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")]
LOCALE_PATHS = [Path(__file__).resolve().parent.parent / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_FOLDER / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_FOLDER / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "standfirst.web.static_files.CompressedOnce"},
}
SERVESTATIC_USE_MANIFEST = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * configuration.MIB
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 * configuration.MIB
FILE_UPLOAD_PERMISSIONS = 0o644

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SITE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "SAMEORIGIN"

DEFAULT_FROM_EMAIL = SERVER_EMAIL = STANDFIRST.mail_from
_mail = urlsplit(STANDFIRST.mail_url)
if STANDFIRST.mail_url:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": str(_mail.hostname),
                "port": _mail.port or (465 if _mail.scheme == "smtps" else 25),
                "username": unquote(_mail.username or ""),
                "password": unquote(_mail.password or ""),
                "use_ssl": _mail.scheme == "smtps",
                "use_tls": _mail.scheme == "smtp" and bool(_mail.username),
                "timeout": 10,
            },
        }
    }
else:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(DATA_FOLDER / "mail")},
        }
    }

WAGTAIL_SITE_NAME = "Standfirst"
WAGTAILADMIN_BASE_URL = STANDFIRST.url
WAGTAILIMAGES_IMAGE_MODEL = "stories.Picture"
WAGTAILDOCS_DOCUMENT_MODEL = "stories.NewsDocument"
WAGTAILIMAGES_IMAGE_FORM_BASE = "standfirst.stories.forms.PictureForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = STANDFIRST.upload_mib_max * configuration.MIB
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 80_000_000
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_WORKFLOW_ENABLED = True
WAGTAIL_PASSWORD_RESET_ENABLED = True
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": STANDFIRST.log_level.upper()},
    "loggers": {
        "django": {"handlers": [], "level": STANDFIRST.log_level.upper()},
        "django.request": {"level": "ERROR"},  # anybody can ask for a page that is not there
        "django.server": {"handlers": [], "propagate": False},
    },
}
SILENCED_SYSTEM_CHECKS = ["wagtailadmin.W003"]
