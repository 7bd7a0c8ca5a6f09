"""Django's settings, all of them from the environment, with safe defaults (docs/operations.md lists them)."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from yinuo.city.notices import sms
from yinuo.city.people.accounts import openid
from yinuo.city.site import embedded, keys
from yinuo.city.site.watch import logs

HERE = Path(__file__).parent
CITY = HERE.parent
HOME = Path(os.environ.get("YINUO_HOME", "yinuo-home")).resolve()
"""Where the embedded database, attachments and generated keys lie."""

MODE = keys.mode()
"""`production` refuses what is only good enough for trying: a generated secret, no named host, debugging."""
PRODUCTION = MODE == "production"

DEBUG = keys.debug(MODE)
SECRET_KEY = keys.secret("YINUO_SECRET_KEY", home=HOME, mode=MODE)
LEDGER_KEY = keys.secret("YINUO_LEDGER_KEY", home=HOME, mode=MODE)
"""Keys the digests of the ledger (HMAC)."""
PRIVATE_KEYS = keys.secret("YINUO_PRIVATE_KEYS", home=HOME, mode=MODE)
"""Encrypt personal fields: one or more, comma separated; the first encrypts, all decrypt."""
LEDGER_HASH = os.environ.get("YINUO_LEDGER_HASH", "sha256")
ALLOWED_HOSTS = keys.hosts(MODE)
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("YINUO_ORIGINS", "").split(",") if origin]
PACK = os.environ.get("YINUO_PACK", "demo-city")
"""The name of the pack in force in this city."""
DEMO = os.environ.get("YINUO_DEMO", "1" if PACK == "demo-city" else "0") == "1"
"""Whether every page says that this city is invented."""


def database(address: str) -> dict[str, object]:
    """Django's settings for a postgresql:// address. Raises keys.Unusable for any other."""
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise keys.Unusable(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name (SQLite is not supported)."
        )
    host, _, port = parts.netloc.rpartition("@")[2].partition(":")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": port,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}, **dict(parse_qsl(parts.query))},
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


DATABASE_URL = os.environ.get("DATABASE_URL") or embedded.url(HOME)
DATABASES = {"default": database(DATABASE_URL)}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "ninja",
    "yinuo.city.ledger",
    "yinuo.city.people",
    "yinuo.city.texts",
    "yinuo.city.cases",
    "yinuo.city.notices",
    "yinuo.city.papers",
    "yinuo.city.supervision",
    "yinuo.city.pages",
    "yinuo.city.registers",
    "yinuo.city.board",
    "yinuo.city.hall",
    "yinuo.city.catalogue",
    "yinuo.city.portal",
    "yinuo.city.figures",
    "yinuo.city.institutions",
    "yinuo.city.openness",
    "yinuo.city.api",
    "yinuo.city.site",
]

MIDDLEWARE = [
    "yinuo.city.site.watch.requests.Requests",
    "yinuo.city.site.watch.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "yinuo.city.site.watch.views.Monitors",
    "yinuo.city.board.polling.Unchanged",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "yinuo.city.people.accounts.idle.SignOutIdle",
    "yinuo.city.people.guard.Gate",
    "yinuo.city.portal.residents.door.Residents",
    "yinuo.city.site.typed.Typed",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "yinuo.city.site.urls"
WSGI_APPLICATION = "yinuo.city.site.wsgi.application"
APPEND_SLASH = True
AUTH_USER_MODEL = "city_people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "yinuo.city.site.errors.forged"
LOGIN_REDIRECT_URL = "/"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "yinuo.city.site.jinja.environment",
            "context_processors": ["yinuo.city.site.jinja.common"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
"""Pages are Jinja2: `<area>/templates/` of every area is searched too (yinuo.city.site.jinja). Django's own are for allauth's mails."""

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = HOME / "attachments"
LARGEST_ATTACHMENT = int(os.environ.get("YINUO_LARGEST_ATTACHMENT", str(50 * 1024 * 1024)))
"""Bytes of one file."""
CASE_PAPERS = "yinuo.city.board.handing"
"""What prints the papers that residents get of their own cases: a module with `paper`."""
PAYMENT_GATEWAY = os.environ.get("YINUO_PAYMENT", "yinuo.city.portal.payments.recorded.Recorded" if DEMO else "")
"""The class that takes payments online (yinuo.city.portal.payments.gateway says what it must do); none: at the window only."""
SCAN = tuple(shlex.split(os.environ.get("YINUO_SCAN", "")))
"""The program every uploaded file is shown to before it is kept (its path is the last argument); 0 = clean."""
RECEIPT_FORMAT = os.environ.get("YINUO_RECEIPT_FORMAT", "{day:%Y%m%d}{serial:06}")
"""Receipt numbers before their check digits; `day` and `serial` are both needed."""

SESSION_COOKIE_AGE = keys.number("YINUO_SESSION_SECONDS", 28800, least=60)
"""A sign-in lasts a working day at most."""
IDLE_SECONDS = keys.number("YINUO_IDLE_SECONDS", 3600, least=60)
"""Nobody there for so long: signed out."""
SESSION_COOKIE_NAME = "__Host-yinuo" if PRODUCTION else "yinuo"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_NAME = "__Host-form" if PRODUCTION else "form"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
"""Asked by monitors on the machine itself, where there is no TLS."""
SECURE_HSTS_SECONDS = keys.number("YINUO_HSTS_SECONDS", 31_536_000, least=0) if PRODUCTION else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
METRICS_TOKEN = os.environ.get("YINUO_METRICS_TOKEN", "")
"""Who may read /metrics; without one, this machine itself."""
X_FRAME_OPTIONS = "DENY"

ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "yinuo.city.people.accounts.adapter.Adapter"
ACCOUNT_TEMPLATE_EXTENSION = "html.j2"
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip"}
"""Of one server process; what locks an account counts in the database (LOCK_OUT)."""
ACCOUNT_SESSION_REMEMBER = True
"""The session ends by its age or by IDLE_SECONDS, not by a tick on the form."""
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "yinuo.city.people.accounts.password.MixedValidator"},
]
LOCK_OUT = {"failures": 5, "minutes": 15}
"""So many failed sign-ins in a row lock a name for so many minutes after the last."""
SECOND_FACTOR_REQUIRED = PRODUCTION or os.environ.get("YINUO_SECOND_FACTOR") == "1"
MFA_TOTP_TOLERANCE = 1
"""A telephone's clock may be half a minute off."""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = os.environ.get("YINUO_NAME", "一诺 Yinuo")
SOCIALACCOUNT_ADAPTER = "yinuo.city.people.accounts.adapter.OutsideAdapter"
SOCIALACCOUNT_PROVIDERS = openid.providers(os.environ)
SOCIALACCOUNT_LOGIN_ON_GET = False
EMAIL_HOST = os.environ.get("YINUO_EMAIL_HOST", "")
"""The mail server; without one no mail is sent, and what Django itself would send is printed."""
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = keys.number("YINUO_EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = os.environ.get("YINUO_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("YINUO_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("YINUO_EMAIL_TLS") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("YINUO_EMAIL_FROM", "yinuo@localhost")
SMS_GATEWAY = sms.gateway(os.environ)
NOTICE_CHANNELS = (*(("mail",) if EMAIL_HOST else ()), *(("sms",) if SMS_GATEWAY else ()))
"""Where notices go besides the inbox: what is set up."""
ROOT_MAIL = tuple(filter(None, os.environ.get("YINUO_ROOT_MAIL", "").replace(" ", "").split(",")))
"""Who is sent each hourly root of the ledger, to hold it outside."""
WEBHOOK_PRIVATE = os.environ.get("YINUO_WEBHOOK_PRIVATE") == "1"
"""Whether webhooks may point into a private network."""

LOGGING = logs.configuration(
    form=os.environ.get("YINUO_LOG", "json" if PRODUCTION else "text"),
    level=os.environ.get("YINUO_LOG_LEVEL", "INFO"),
    with_messages=not PRODUCTION,
)

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
