import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from standfirst.web import configuration
from standfirst.web.configuration import Configuration
from standfirst.web.processes import start_record

pytestmark = pytest.mark.one_database


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configuration:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = configuration.read(tmp_path)
    (found.data / "static").mkdir(parents=True)
    (found.data / "static" / "staticfiles.json").write_text("{}", encoding="utf-8")
    with sqlite3.connect(found.database["NAME"]) as database:
        database.execute("CREATE TABLE django_migrations (app TEXT, name TEXT)")
        database.execute("INSERT INTO django_migrations VALUES ('accounts', '0001_initial')")
    database.close()
    start_record.write(found)
    return found


def test_a_record_holds_while_nothing_changes(config: Configuration) -> None:
    assert start_record.still_true(config, url=config.url)
    assert start_record.static_is_recorded(config)


def test_a_database_that_was_put_back_ends_it(config: Configuration) -> None:
    with sqlite3.connect(config.database["NAME"]) as database:
        database.execute("DELETE FROM django_migrations")
    database.close()

    assert not start_record.still_true(config, url=config.url)


def test_a_database_that_is_gone_ends_it_and_is_not_made_anew(config: Configuration) -> None:
    file = Path(config.database["NAME"])
    file.unlink()

    assert not start_record.still_true(config, url=config.url)
    assert not file.exists()


def test_another_address_ends_it(config: Configuration) -> None:
    assert not start_record.still_true(config, url="https://example.org")


def test_new_code_ends_it(config: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_record, "version", lambda name: "999")

    assert not start_record.still_true(config, url=config.url)
    assert not start_record.static_is_recorded(config)


def test_static_files_that_were_deleted_end_it(config: Configuration) -> None:
    (config.data / "static" / "staticfiles.json").unlink()

    assert not start_record.still_true(config, url=config.url)
    assert not start_record.static_is_recorded(config)


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", "{}"])
def test_a_damaged_record_is_none(config: Configuration, damage: str) -> None:
    (config.data / "start.json").write_text(damage, encoding="utf-8")

    assert not start_record.still_true(config, url=config.url)
    assert not start_record.static_is_recorded(config)


def test_a_postgresql_that_does_not_answer_is_left_to_the_full_check(config: Configuration) -> None:
    server = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "none",
        "USER": "nobody",
        "PASSWORD": "",
        "HOST": "127.0.0.1",
        "PORT": "1",
    }

    assert start_record.database_digest(server) == ""
    assert not start_record.still_true(replace(config, database=server), url=config.url)
