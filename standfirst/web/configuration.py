"""The settings that a host can make, declared once: name, form, default, help."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from standfirst.delivery import purge
from standfirst.delivery.purge import Access, Cdn
from standfirst.kit import iban
from standfirst.kit.env import BadSetting, Env
from standfirst.web import sign_in_providers
from standfirst.web.sign_in_providers import SignInProvider

LANGUAGES = ("en", "de", "fr", "es", "ar")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MIB = 1024 * 1024
SECRET_LENGTH_MIN = 16  # characters of a shared secret; fewer can be guessed
BANK_NAME_LENGTH_MAX = 70  # characters; banks and the code that their apps scan take no more

# A PostgreSQL that falls silent without closing its connections (a cable is cut) is given up after half a minute.
SILENCE = {
    "keepalives_idle": 10,  # seconds of silence before it is asked whether it is there
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds in which what was sent must have arrived
}


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
    cdn_kind: str
    cdn_id: str
    cdn_token: str
    cdn_addresses: tuple[str, ...]
    cdn_seconds_max: int
    mail_url: str
    mail_from: str
    mail_bounce_secret: str
    stripe_secret_key: str
    stripe_webhook_secret: str
    rehearsal_url: str
    providers: tuple[SignInProvider, ...]
    bank_name: str
    bank_iban: str
    bank_bic: str
    currencies: tuple[str, ...]
    akismet_key: str
    akismet_url: str
    moderation_url: str
    moderation_secret: str
    pages_mib_max: int
    streams_max: int
    streams_per_address_max: int
    web_processes: int
    views: int
    threads: int
    upload_mib_max: int
    metrics_token: str
    log_level: str
    debug: bool
    env: Env

    @property
    def clock_file(self) -> Path:
        """Where a rehearsal says by how much its clock runs ahead."""
        return self.data / "rehearsal-clock"

    @property
    def cdn(self) -> Cdn | None:
        """The network in front, None unless all that it needs is set: pages that nobody purges must not stay there."""
        access = self.cdn_access
        return access.cdn if access else None

    @property
    def cdn_access(self) -> Access | None:
        """How to purge the network in front, None unless all that it needs is set."""
        if not self.cdn_kind or _doubts_of_cdn(self):
            return None
        return Access(
            cdn=Cdn(self.cdn_kind, self.cdn_seconds_max),
            addresses=self.cdn_addresses or (purge.KINDS[self.cdn_kind].api,),
            id=self.cdn_id,
            token=self.cdn_token,
            host=urlsplit(self.url).netloc,
        )


def read(site: Path) -> Configuration:
    """Read and check the settings of the site in the folder ``site``. BadSetting names the first that is wrong."""
    env = Env.of_site(site)
    found = Configuration(
        site=site,
        env=env,
        **_publication(env),
        **_data(env, site),
        **_mail_and_money(env),
        providers=sign_in_providers.read(env),
        **_bank(env),
        **_front(env),
        **_moderation(env),
        **_limits(env),
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
        "mail_bounce_secret": env.text(
            "STANDFIRST_MAIL_BOUNCE_SECRET",
            help="What a mail service's reports of bounces are signed with; without it, they are not taken.",
        ),
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


def _bank(env: Env) -> dict[str, Any]:
    return {
        "bank_name": env.parsed(
            "STANDFIRST_BANK_NAME",
            "",
            expected=f"a name of at most {BANK_NAME_LENGTH_MAX} characters",
            parse=_bank_name,
            help="In whose name the bank account for gifts by transfer is kept. With the IBAN, it offers transfers.",
        ),
        "bank_iban": env.parsed(
            "STANDFIRST_BANK_IBAN",
            "",
            expected="an IBAN, whose check digits are right",
            parse=iban.checked,
            help="The IBAN of the bank account for gifts by transfer.",
        ),
        "bank_bic": env.parsed(
            "STANDFIRST_BANK_BIC",
            "",
            expected="a BIC such as BANKDEFF, or nothing",
            parse=_bic,
            help="The BIC of that account's bank. Within the SEPA area nobody needs it.",
        ),
        "currencies": env.parsed(
            "STANDFIRST_CURRENCIES",
            (),
            expected="currencies such as EUR, GBP, separated by commas",
            parse=_currencies,
            shown="",
            help="Further currencies in which readers may give by card, beside the campaign's own.",
        ),
    }


def _front(env: Env) -> dict[str, Any]:
    return {
        "proxies": env.names(
            "STANDFIRST_PROXIES", help="Addresses of proxies whose X-Forwarded-For and -Proto are believed."
        ),
        "cdn_kind": env.choice(
            "STANDFIRST_CDN", "", among=tuple(purge.KINDS), help="The content delivery network in front, if any."
        ),
        "cdn_id": env.text("STANDFIRST_CDN_ID", help="Fastly's service or Cloudflare's zone."),
        "cdn_token": env.text("STANDFIRST_CDN_TOKEN", help="A token of that network that may purge, and only that."),
        "cdn_addresses": env.parsed(
            "STANDFIRST_CDN_URL",
            (),
            expected="addresses such as http://10.0.0.5:6081, separated by commas",
            parse=_origins,
            shown="",
            help="Where purges are sent: the Varnish servers, or another address than the network's own API.",
        ),
        "cdn_seconds_max": env.number(
            "STANDFIRST_CDN_SECONDS",
            3600,
            low=1,
            high=86_400,
            help="How long the network may keep a page that nothing changes, in seconds: the price of a lost purge.",
        ),
    }


def _moderation(env: Env) -> dict[str, Any]:
    return {
        "akismet_key": env.text("STANDFIRST_AKISMET_KEY", help="Akismet's key; with it, Akismet checks comments."),
        "akismet_url": env.parsed(
            "STANDFIRST_AKISMET_URL",
            "https://rest.akismet.com",
            expected="an address such as https://rest.akismet.com",
            parse=_service_origin,
            help="Where Akismet, or a service that answers as it does, is asked.",
        ),
        "moderation_url": env.parsed(
            "STANDFIRST_MODERATION_URL",
            "",
            expected="an https address, or one of this machine",
            parse=_service,
            help="A service of your own that is asked about comments before they appear.",
        ),
        "moderation_secret": env.text(
            "STANDFIRST_MODERATION_SECRET",
            help="What questions to that service are signed with, 16 characters or more.",
        ),
    }


def _limits(env: Env) -> dict[str, Any]:
    return {
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
        "views": env.number(
            "STANDFIRST_VIEWS",
            0,
            low=0,
            high=64,
            help="Processes that make pages and take in what readers write, behind each web process;"
            " 0: one for each processor, at most 4.",
        ),
        "threads": env.number(
            "STANDFIRST_THREADS", 4, low=1, high=64, help="Threads that render, in each web process."
        ),
        "upload_mib_max": env.number(
            # Four pictures of a comment, of 8 MiB each, in one form.
            "STANDFIRST_UPLOAD_MIB",
            36,
            low=1,
            high=1024,
            help="Largest request body, in MiB.",
        ),
        "metrics_token": env.text(
            "STANDFIRST_METRICS_TOKEN", help="What a monitoring system sends to read /metrics; without it, nobody can."
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
    said += _doubts_of_cdn(found)
    if bool(found.moderation_url) is not bool(found.moderation_secret):
        missing = "STANDFIRST_MODERATION_SECRET" if found.moderation_url else "STANDFIRST_MODERATION_URL"
        said.append(f"{missing} is not set: the moderation service is not asked.")
    elif found.moderation_secret and len(found.moderation_secret) < SECRET_LENGTH_MIN:
        said.append("STANDFIRST_MODERATION_SECRET is short: whoever guesses it can pose as this site.")
    if bool(found.bank_name) is not bool(found.bank_iban):
        missing = "STANDFIRST_BANK_IBAN" if found.bank_name else "STANDFIRST_BANK_NAME"
        said.append(f"{missing} is not set: gifts by bank transfer are off.")
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


def _doubts_of_cdn(found: Configuration) -> list[str]:
    """Return why the network in front is not used although something was set for it."""
    off = "so the network in front keeps pages for a second only, and nothing is purged."
    if not found.cdn_kind:
        given = [name for name in ("_ID", "_TOKEN", "_URL") if found.env.given(f"STANDFIRST_CDN{name}")]
        return [f"STANDFIRST_CDN{given[0]} is set but STANDFIRST_CDN is not, {off}"] if given else []
    needed = ("_URL",) if found.cdn_kind == "varnish" else ("_ID", "_TOKEN")
    said = [
        f"STANDFIRST_CDN is {found.cdn_kind} but STANDFIRST_CDN{name} is not set, {off}"
        for name in needed
        if not found.env.given(f"STANDFIRST_CDN{name}")
    ]
    if not (found.cdn_token.isascii() and found.cdn_token.isprintable()) or " " in found.cdn_token:
        said.append(f"STANDFIRST_CDN_TOKEN holds what no token has, {off}")
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
        "OPTIONS": {"connect_timeout": 5} | SILENCE,
    }


def _origin(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(raw)
    return f"{parts.scheme}://{parts.netloc}"


def _service(raw: str) -> str:
    """Return an address to which comments may be sent: encrypted on the way, unless it is on this machine."""
    if not raw:
        return raw
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError(raw)
    if parts.username or parts.password:
        raise ValueError(raw)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError(raw)
    if parts.fragment or not raw.isascii() or not raw.isprintable() or " " in raw:
        raise ValueError(raw)
    return raw


def _service_origin(raw: str) -> str:
    return _origin(_service(raw))


def _origins(raw: str) -> tuple[str, ...]:
    found = tuple(_origin(part.strip()) for part in raw.split(",") if part.strip())
    for each in map(urlsplit, found):
        if each.username or each.password or each.port == 0:  # a port that is no number is a ValueError of its own
            raise ValueError(raw)
    return found


def _zone(raw: str) -> str:
    try:
        ZoneInfo(raw)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(raw) from error
    return raw


def _bank_name(raw: str) -> str:
    if len(raw) > BANK_NAME_LENGTH_MAX or not raw.isprintable():
        raise ValueError(raw)
    return raw


def _bic(raw: str) -> str:
    bic = "".join(raw.split()).upper()
    if not re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", bic):
        raise ValueError(raw)
    return bic


def _currencies(raw: str) -> tuple[str, ...]:
    from babel.numbers import list_currencies  # only a site that sets it waits for the tables

    found = tuple(dict.fromkeys(part.strip().upper() for part in raw.split(",") if part.strip()))
    if not set(found) <= list_currencies():
        raise ValueError(raw)
    return found


def _mail_url(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(raw)
    return raw


__all__ = ["BadSetting", "Configuration", "doubts", "read", "sqlite"]
