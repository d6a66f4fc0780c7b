from collections.abc import Callable
from pathlib import Path

import pytest

from standfirst.web import configuration
from standfirst.web.configuration import BadSetting, Configuration

pytestmark = pytest.mark.one_database

type Reader = Callable[..., Configuration]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def of(**settings: str) -> Configuration:
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        (tmp_path / "standfirst.env").write_text(text, encoding="utf-8")
        return configuration.read(tmp_path)

    return of


def test_a_site_without_settings_is_embedded_and_rehearses(read: Reader, tmp_path: Path) -> None:
    found = read()

    assert found.mode == "rehearsal"
    assert found.database["ENGINE"] == "django.db.backends.sqlite3"
    assert found.database["NAME"] == str(tmp_path / "data" / "standfirst.sqlite3")
    assert configuration.doubts(found) == []


def test_the_embedded_database_survives_a_pulled_plug(read: Reader) -> None:
    options = read().database["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_a_database_url_is_taken_apart(read: Reader) -> None:
    found = read(DATABASE_URL="postgresql://me:p%40ss@db.example.org:5433/paper").database

    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "me",
        "p@ss",
        "db.example.org",
        "5433",
        "paper",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STANDFIRST_URL", "example.org"),
        ("STANDFIRST_URL", "https://example.org/paper"),
        ("STANDFIRST_URL", "ftp://example.org"),
        ("STANDFIRST_MODE", "production"),
        ("STANDFIRST_TIME_ZONE", "Mars/Olympus"),
        ("STANDFIRST_TIME_ZONE", "../../etc/passwd"),
        ("STANDFIRST_LANGUAGE", "klingon"),
        ("DATABASE_URL", "mysql://me@host/db"),
        ("DATABASE_URL", "postgresql://host"),
        ("DATABASE_URL", "postgresql://host:port/db"),
        ("STANDFIRST_MAIL_URL", "mail.example.org"),
        ("STANDFIRST_WEB_PROCESSES", "0"),
        ("STANDFIRST_DEBUG", "perhaps"),
        ("STANDFIRST_CDN", "akamai"),
        ("STANDFIRST_CDN_URL", "api.example.org"),
        ("STANDFIRST_CDN_URL", "http://me:pw@10.0.0.5"),
        ("STANDFIRST_CDN_URL", "http://10.0.0.5:port"),
        ("STANDFIRST_CDN_SECONDS", "0"),
        ("STANDFIRST_BANK_NAME", "x" * 71),
        ("STANDFIRST_BANK_IBAN", "DE88370400440532013000"),
        ("STANDFIRST_BANK_IBAN", "my account"),
        ("STANDFIRST_BANK_BIC", "COBADE"),
        ("STANDFIRST_CURRENCIES", "EUR, XXY"),
    ],
)
def test_nonsense_is_refused_with_the_settings_name(read: Reader, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name}: expected "):
        read(**{name: value})


def test_an_unknown_setting_in_the_file_is_refused(read: Reader) -> None:
    with pytest.raises(BadSetting, match="STANDFIRST_URLS"):
        read(STANDFIRST_URLS="https://example.org")


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"STANDFIRST_URL": "http://example.org"}, "without https"),
        ({"STANDFIRST_URL": "https://example.org", "STANDFIRST_DEBUG": "yes"}, "STANDFIRST_DEBUG is on"),
        ({"STANDFIRST_MODE": "live"}, "giving by card is off"),
        ({"STANDFIRST_MODE": "live", "STRIPE_SECRET_KEY": "sk_live_1"}, "STRIPE_WEBHOOK_SECRET is not set"),
        (
            {"STANDFIRST_MODE": "live", "STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"},
            "is a test key",
        ),
        ({"STANDFIRST_MODE": "live"}, "reaches nobody"),
        ({"STANDFIRST_MODE": "live"}, "readers elsewhere cannot reach"),
    ],
)
def test_what_is_allowed_but_hardly_meant_is_said(read: Reader, chosen: dict[str, str], words: str) -> None:
    assert any(words in doubt for doubt in configuration.doubts(read(**chosen)))


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"STANDFIRST_CDN": "fastly", "STANDFIRST_CDN_TOKEN": "t"}, "STANDFIRST_CDN_ID is not set"),
        ({"STANDFIRST_CDN": "cloudflare", "STANDFIRST_CDN_ID": "z"}, "STANDFIRST_CDN_TOKEN is not set"),
        ({"STANDFIRST_CDN": "varnish"}, "STANDFIRST_CDN_URL is not set"),
        ({"STANDFIRST_CDN_ID": "z"}, "STANDFIRST_CDN is not"),
        ({"STANDFIRST_CDN": "fastly", "STANDFIRST_CDN_ID": "z", "STANDFIRST_CDN_TOKEN": "a b"}, "what no token has"),
    ],
)
def test_a_network_that_cannot_be_purged_is_said_and_is_none(read: Reader, chosen: dict[str, str], words: str) -> None:
    found = read(**chosen)

    assert any(words in doubt for doubt in configuration.doubts(found))
    assert found.cdn is None


@pytest.mark.parametrize(
    ("chosen", "addresses"),
    [
        ({"STANDFIRST_CDN": "fastly", "STANDFIRST_CDN_ID": "z"}, ("https://api.fastly.com",)),
        ({"STANDFIRST_CDN": "cloudflare", "STANDFIRST_CDN_ID": "z"}, ("https://api.cloudflare.com",)),
        (
            {"STANDFIRST_CDN": "varnish", "STANDFIRST_CDN_URL": "http://10.0.0.5:6081, http://10.0.0.6:6081"},
            ("http://10.0.0.5:6081", "http://10.0.0.6:6081"),
        ),
    ],
)
def test_a_network_that_has_everything_raises_no_doubt(
    read: Reader, chosen: dict[str, str], addresses: tuple[str, ...]
) -> None:
    found = read(**chosen, STANDFIRST_CDN_TOKEN="secret-1", STANDFIRST_CDN_SECONDS="600")

    assert configuration.doubts(found) == []
    assert found.cdn_access is not None
    assert found.cdn_access.addresses == addresses
    assert found.cdn is not None
    assert found.cdn.lifetime_seconds_max == 600


def test_a_live_site_that_has_everything_raises_no_doubt(read: Reader) -> None:
    found = read(
        STANDFIRST_MODE="live",
        STANDFIRST_URL="https://example.org",
        STANDFIRST_MAIL_URL="smtp://me:pw@mail.example.org:587",
        STRIPE_SECRET_KEY="sk_live_1",
        STRIPE_WEBHOOK_SECRET="whsec_1",
    )

    assert configuration.doubts(found) == []


def test_a_bank_account_is_read_however_it_is_spaced(read: Reader) -> None:
    found = read(
        STANDFIRST_BANK_NAME="Harbour Press e. V.",
        STANDFIRST_BANK_IBAN="de89 3704 0044 0532 0130 00",
        STANDFIRST_BANK_BIC="cobadeff 360",
        STANDFIRST_CURRENCIES="eur, GBP,eur",
    )

    assert (found.bank_name, found.bank_iban, found.bank_bic) == (
        "Harbour Press e. V.",
        "DE89370400440532013000",
        "COBADEFF360",
    )
    assert found.currencies == ("EUR", "GBP")
    assert configuration.doubts(found) == []


@pytest.mark.parametrize("given", [{"STANDFIRST_BANK_NAME": "x"}, {"STANDFIRST_BANK_IBAN": "DE89370400440532013000"}])
def test_half_a_bank_account_is_doubted(read: Reader, given: dict[str, str]) -> None:
    assert ["transfer are off" in doubt for doubt in configuration.doubts(read(**given))] == [True]
