"""The settings that a host can make, declared once: name, form, default, help."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from standfirst.kit.env import BadSetting, Env

LANGUAGES = ("en", "de", "fr", "es", "ar")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that differs from one site to another."""

    site: Path
    data: Path
    url: str
    hosts: tuple[str, ...]
    mode: str
    time_zone: str
    language: str
    database: dict[str, Any]
    proxies: tuple[str, ...]
    mail_url: str
    mail_from: str
    stripe_secret_key: str
    stripe_webhook_secret: str
    rehearsal_url: str
    pages_mib_max: int
    streams_max: int
    streams_per_address_max: int
    web_processes: int
    threads: int
    upload_mib_max: int
    log_level: str
    debug: bool
    env: Env


def read(site: Path) -> Configuration:
    """Read and check the settings of the site in the folder ``site``. BadSetting names the first that is wrong."""
    env = Env.of_site(site)
    found = Configuration(
        site=site, env=env, **_publication(env), **_data(env, site), **_mail_and_money(env), **_limits(env)
    )
    env.refuse_unknown()
    return found


def _publication(env: Env) -> dict[str, Any]:
    return {
        "url": env.parsed(
            "STANDFIRST_URL",
            "http://127.0.0.1:8000",
            expected="an address such as https://example.org, without a path",
            parse=_origin,
            help="The address under which readers reach the site.",
        ),
        "hosts": env.names("STANDFIRST_HOSTS", help="Further host names that the site answers to."),
        "mode": env.choice(
            "STANDFIRST_MODE",
            "rehearsal",
            among=("rehearsal", "live"),
            help="In rehearsal no real money is taken, and every page that takes money says so.",
        ),
        "time_zone": env.parsed(
            "STANDFIRST_TIME_ZONE",
            "UTC",
            expected="a time zone such as Europe/Berlin",
            parse=_zone,
            help="The publication's time zone: its dates, its months, its midnight.",
        ),
        "language": env.choice("STANDFIRST_LANGUAGE", "en", among=LANGUAGES, help="The language of the pages."),
    }


def _data(env: Env, site: Path) -> dict[str, Any]:
    data = Path(env.text("STANDFIRST_DATA", "data", expected="a folder", help="Where database, pictures and keys lie."))
    data = data if data.is_absolute() else site / data
    return {
        "data": data,
        "database": env.parsed(
            "DATABASE_URL",
            sqlite(data / "standfirst.sqlite3"),
            expected="postgresql://user:password@host:5432/name (or nothing, for the embedded SQLite)",
            parse=_database,
            shown="",
            help="PostgreSQL 15 or later instead of the embedded SQLite.",
        ),
    }


def _mail_and_money(env: Env) -> dict[str, Any]:
    return {
        "mail_url": env.parsed(
            "STANDFIRST_MAIL_URL",
            "",
            expected="smtp://user:password@host:587, smtps://… or nothing",
            parse=_mail_url,
            help="The mail server. Without one, mail is written to files in the data folder.",
        ),
        "mail_from": env.text("STANDFIRST_MAIL_FROM", "newsroom@localhost", help="The sender of the site's mail."),
        "stripe_secret_key": env.text("STRIPE_SECRET_KEY", help="Stripe's secret key; needed to take cards when live."),
        "stripe_webhook_secret": env.text(
            "STRIPE_WEBHOOK_SECRET", help="The signing secret of Stripe's webhook; without it the webhook refuses all."
        ),
        "rehearsal_url": env.parsed(
            "STANDFIRST_REHEARSAL_URL",
            "http://127.0.0.1:8001",
            expected="an address such as http://127.0.0.1:8001",
            parse=_origin,
            help="Where the rehearsal's payment service listens and shows its payment page.",
        ),
    }


def _limits(env: Env) -> dict[str, Any]:
    return {
        "proxies": env.names(
            "STANDFIRST_PROXIES", help="Addresses of proxies whose X-Forwarded-For and -Proto are believed."
        ),
        "pages_mib_max": env.number(
            "STANDFIRST_PAGES_MIB", 64, low=8, high=4096, help="Memory for stored pages in each web process, in MiB."
        ),
        "streams_max": env.number(
            "STANDFIRST_STREAMS", 5000, low=1, high=50_000, help="Open live streams in each web process."
        ),
        "streams_per_address_max": env.number(
            "STANDFIRST_STREAMS_PER_ADDRESS", 40, low=1, high=50_000, help="Open live streams from one address."
        ),
        "web_processes": env.number(
            "STANDFIRST_WEB_PROCESSES", 1, low=1, high=64, help="Web processes; each keeps its own stored pages."
        ),
        "threads": env.number(
            "STANDFIRST_THREADS", 4, low=1, high=64, help="Threads that render, in each web process."
        ),
        "upload_mib_max": env.number(
            "STANDFIRST_UPLOAD_MIB", 25, low=1, high=1024, help="Largest request body, in MiB."
        ),
        "log_level": env.choice(
            "STANDFIRST_LOG", "warning", among=("debug", "info", "warning", "error"), help="How much is logged."
        ),
        "debug": env.switch("STANDFIRST_DEBUG", False, help="Show errors in the browser. Never on a public site."),
    }


def doubts(found: Configuration) -> list[str]:
    """Return what is allowed but is hardly meant, a sentence each. Shown at the start and by ``doctor``."""
    public = urlsplit(found.url)
    at_home = public.hostname in LOOPBACK
    said: list[str] = []
    if public.scheme == "http" and not at_home:
        said.append(
            f"STANDFIRST_URL is {found.url}: without https, passwords travel in the clear and browsers warn. "
            "Put a proxy with a certificate in front and say https://."
        )
    if found.debug and not at_home:
        said.append("STANDFIRST_DEBUG is on: visitors can read the program's secrets on every error page.")
    if found.mode == "live":
        said += _doubts_when_live(found, at_home=at_home)
    return said


def _doubts_when_live(found: Configuration, *, at_home: bool) -> list[str]:
    said: list[str] = []
    if not found.stripe_secret_key:
        said.append("STRIPE_SECRET_KEY is not set: giving by card is off.")
    elif not found.stripe_webhook_secret:
        said.append("STRIPE_WEBHOOK_SECRET is not set: Stripe's news of payments are refused, so gifts count late.")
    elif found.stripe_secret_key.startswith(("sk_test_", "rk_test_")):
        said.append("STRIPE_SECRET_KEY is a test key although STANDFIRST_MODE is live: no real money is taken.")
    if not found.mail_url:
        said.append("STANDFIRST_MAIL_URL is not set: mail goes to files in the data folder and reaches nobody.")
    if at_home:
        said.append(f"STANDFIRST_URL is {found.url}: readers elsewhere cannot reach this address.")
    return said


def sqlite(path: Path) -> dict[str, Any]:
    """Return Django's description of an SQLite database that survives a pulled plug."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "timeout": 5,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                "PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;"
            ),
        },
        "CONN_MAX_AGE": None,
        # Tests use a file, too: several threads on a database in memory lock each other out.
        "TEST": {"NAME": str(path.with_name("test.sqlite3"))},
    }


def _database(raw: str) -> dict[str, Any]:
    parts = urlsplit(raw)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ValueError(raw)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }


def _origin(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(raw)
    return f"{parts.scheme}://{parts.netloc}"


def _zone(raw: str) -> str:
    try:
        ZoneInfo(raw)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(raw) from error
    return raw


def _mail_url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(raw)
    return raw


__all__ = ["BadSetting", "Configuration", "doubts", "read", "sqlite"]
