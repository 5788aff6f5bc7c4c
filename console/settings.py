"""What differs between one machine and production comes from the environment; a bad value stops the start."""

from base64 import b64decode
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
env = environ.Env()

SECRET_KEY = env.str("SECRET_KEY")
try:
    VAULT_KEY = b64decode(env.str("VAULT_KEY").replace("-", "+").replace("_", "/"), validate=True)
except ValueError:
    VAULT_KEY = b""
if len(VAULT_KEY) != 32:
    raise ImproperlyConfigured("VAULT_KEY, which seals vendor credentials, must be base64 of 32 bytes.")
DEMO = env.bool("DEMO", default=False)
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "channels",
    "csp",
    "console",  # for its management commands
    "console.accounts",
    "console.connections",
    "console.mirror",
    "console.approvals",
    "console.imports",
    "console.audit",
    "console.overview",
    "console.ui",
    "agent",
    "agent.mcp",
    "oauth2_provider",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "console.audit.source.RequestSource",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "console.ui.middleware.PrivatePages",
]
ROOT_URLCONF = "console.urls"
ASGI_APPLICATION = "console.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "console.ui.context.shell",
            ],
        },
    }
]

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=20000;"
        "PRAGMA foreign_keys=ON;PRAGMA recursive_triggers=ON;"
    ),
}
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'countersign.sqlite3'}")}
ON_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if ON_SQLITE:
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# One machine: channels in memory and the Celery worker in a thread of the server. Production: Redis, workers.
REDIS_URL = env.str("REDIS_URL", default="")
EMBEDDED_WORKER = env.bool("EMBEDDED_WORKER", default=not REDIS_URL)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Redis publishes across its databases: two consoles on one server need names of their own.
        "CONFIG": {"hosts": [REDIS_URL], "prefix": env.str("CHANNEL_PREFIX", default="countersign")},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "memory://localhost/")
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.05} if CELERY_BROKER_URL.startswith("memory") else {"visibility_timeout": 300}
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
# Readings take minutes and wait in a queue of their own, so that an approved payment never waits behind them.
# A worker without -Q takes both.
CELERY_TASK_QUEUES = [Queue("celery", routing_key="celery"), Queue("sync", routing_key="sync")]
CELERY_TASK_ROUTES = {
    "console.mirror.tasks.*": {"queue": "sync"},
    "console.connections.tasks.*": {"queue": "sync"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
# The schedule stays in memory: Celery's default is a file, which a crash can leave broken.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["console.accounts.rights.Rights"]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "overview:home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 3600
# A cookie of this name cannot be set by a neighbour in the same domain.
SESSION_COOKIE_NAME = "__Host-sessionid" if BEHIND_TLS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if BEHIND_TLS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Outside clients sign in by OAuth. They register themselves, unless that is switched off, or are known by a
# document at their own address; such documents are fetched from the hosts named here alone.
MCP_REGISTRATION = env.bool("MCP_REGISTRATION", default=True)
MCP_CLIENT_HOSTS = env.list("MCP_CLIENT_HOSTS", default=[])
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.WebApplicationServer",  # codes and refresh tokens, nothing else
    "OAUTH2_BACKEND_CLASS": "agent.mcp.oauth.validator.Core",
    "OAUTH2_VALIDATOR_CLASS": "agent.mcp.oauth.validator.Validator",
    "SCOPES_BACKEND_CLASS": "agent.mcp.oauth.scopes.Scopes",
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "refresh_token"],
    "OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": ["none"],
    "OAUTH2_PROTECTED_RESOURCE_NAME": "Countersign",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 30 * 24 * 3600,  # no access lasts longer
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOW_LOCALHOST_LOOPBACK": True,  # programs on a person's computer take any free port
    "DCR_ENABLED": MCP_REGISTRATION,
    "CIMD_ENABLED": bool(MCP_CLIENT_HOSTS),
    "CIMD_ALLOWED_HOSTS": MCP_CLIENT_HOSTS,
    "CIMD_REGISTRATION_PERMISSION_CLASSES": ["oauth2_provider.cimd.HostAllowlistCIMDPermission"],
    **{
        f"COMPLIANT_BCP_RFC9700_{rule}": True
        for rule in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "PKCE_REQUIRED",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",  # hashes alone
            "REFRESH_TOKEN",
            "REDIRECT_URI_MATCHING",
        )
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
FILES_PATH = "/approvals/files/"
LARGEST_FILE = 6_000_000  # bytes; BILL takes no larger ones
LARGEST_FILE_FORM = LARGEST_FILE + 65_536  # with what a form wraps around it
FILE_UPLOAD_MAX_MEMORY_SIZE = LARGEST_FILE_FORM

LANGUAGE_CODE = "en"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR / "static")))
STATICFILES_DIRS = [ROOT / "static"]

# The chat's model: any OpenAI-compatible endpoint. Without one the chat says that none is configured.
MODEL_BASE_URL = env.str("MODEL_BASE_URL", default="")
MODEL_API_KEY = env.str("MODEL_API_KEY", default="")
MODEL_NAME = env.str("MODEL_NAME", default="")
MODEL_IS_SCRIPTED = env.bool("MODEL_IS_SCRIPTED", default=False)

# Seconds. Tests settle in seconds what production settles in hours.
LEASE_S = env.int("LEASE_S", default=60)
VENDOR_TIMEOUT_S = env.float("VENDOR_TIMEOUT_S", default=30.0)  # shorter than the lease by a margin
if LEASE_S <= VENDOR_TIMEOUT_S:
    raise ImproperlyConfigured("LEASE_S must be longer than VENDOR_TIMEOUT_S, or nothing is ever sent.")
PROBE_SCHEDULE_S = [float(s) for s in env.list("PROBE_SCHEDULE_S", default=[15, 60, 300, 1800, 7200, 43200])]
if not PROBE_SCHEDULE_S or min(PROBE_SCHEDULE_S) <= 0:
    raise ImproperlyConfigured("PROBE_SCHEDULE_S must list seconds above 0, or an answer is never read back.")
CLEAN_PROBES_FOR_ABSENT = env.int("CLEAN_PROBES_FOR_ABSENT", default=3)
if CLEAN_PROBES_FOR_ABSENT < 1:
    raise ImproperlyConfigured(
        "CLEAN_PROBES_FOR_ABSENT must be 1 or more: no effect is shown by reading only."
    )
PROPOSAL_LIFETIME_S = env.int("PROPOSAL_LIFETIME_S", default=72 * 3600)
SWEEP_EVERY_S = env.float("SWEEP_EVERY_S", default=15.0)
SOCKET_LOOK_EVERY_S = env.float("SOCKET_LOOK_EVERY_S", default=5.0)  # whether its person is still signed in
SYNC_EVERY_S = env.float("SYNC_EVERY_S", default=900.0)
# How often it is looked whether vendors still tell us of events.
EVENTS_CHECK_EVERY_S = env.float("EVENTS_CHECK_EVERY_S", default=300.0)
MCP_CONNECTION_KEPT_S = 10.0  # to the database, by each thread that answers outside clients
MCP_CALLS_KEPT_DAYS = env.int("MCP_CALLS_KEPT_DAYS", default=90)  # what outside clients asked, call by call

# The log's checkpoints. Production gives the signing key to the worker alone and the public key to everybody.
AUDIT_ORIGIN = env.str("AUDIT_ORIGIN", default="countersign")
AUDIT_SIGNING_KEY_FILE = env.str("AUDIT_SIGNING_KEY_FILE", default="")
AUDIT_PUBLIC_KEY_FILE = env.str("AUDIT_PUBLIC_KEY_FILE", default="")
AUDIT_CHECKPOINT_COPY = env.str("AUDIT_CHECKPOINT_COPY", default="")  # a file outside the database

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # httpx and the openai client log whole URLs at INFO, oauthlib logs codes and tokens at DEBUG.
        **{
            name: {"level": "WARNING"}
            for name in (
                *("httpx", "httpcore", "httpx2", "httpcore2", "openai", "celery", "asyncio", "mcp"),
                *("oauthlib", "oauth2_provider"),
            )
        },
        "django.request": {"level": "ERROR"},
    },
}

# The demo (and tests) mount the local vendors and the scripted model in the server itself, under /sandbox/.
MOUNT_SANDBOX = env.bool("MOUNT_SANDBOX", default=False)
SANDBOX_STATE = Path(env.str("SANDBOX_STATE", default=str(VAR / "sandbox.sqlite3")))
