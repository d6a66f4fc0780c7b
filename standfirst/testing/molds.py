"""What takes half a minute to make is made once for all processes of a run, and copied: migrated databases, and sites.

The tests' own database is migrated by Django, a site's by the real commands; each from nothing, so that both are tried.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper

from standfirst.testing.sites import standfirst

SHARED = "STANDFIRST_TEST_SHARED"  # names the folder that the processes of a run share


@contextlib.contextmanager
def a_site(folder: Path) -> Iterator[dict[str, str]]:
    """Make a site in ``folder``; yield the environment that names its database: none if that lies in the folder."""
    if not _server():
        shutil.copytree(site_on_sqlite(), folder)
        yield {}
        return
    shutil.copytree(_site_on_postgresql(), folder)
    name = f"standfirst_{folder.parent.name}_{os.getpid()}"
    _copy(_of_this_run("sites"), name)
    try:
        yield _environment(name)
    finally:
        _drop(name)


def site_on_sqlite() -> Path:
    """Return the folder of a site that keeps its data in it, whatever the tests run on. Do not change it."""
    with _alone("site"):
        return _made(_shared() / "site", ["init"], {})


def _site_on_postgresql() -> Path:
    """Return the folder of a site whose database is called ``_of_this_run("sites")``."""
    with _alone("postgresql"):
        folder = _shared() / "postgresql"
        if not folder.exists():
            _copy("template1", _of_this_run("sites"))
        return _made(folder, ["init", "migrate"], _environment(_of_this_run("sites")))


def _made(parent: Path, commands: list[str], environment: Mapping[str, str]) -> Path:
    folder = parent / "mysite"
    if not parent.exists():
        draft = parent.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        (draft / "mysite").mkdir(parents=True)
        for command in commands:
            done = standfirst(command, folder=draft / "mysite", environment=environment)
            if done.returncode:
                raise RuntimeError(done.stdout + done.stderr)
        draft.rename(parent)
    return folder


@contextlib.contextmanager
def of_the_tests(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let the first process that makes the tests' database keep a copy, from which the others make theirs."""
    create = connection.creation.create_test_db
    mold, name = _shared() / "tests.sqlite3", _of_this_run("tests")
    made = _shared() / f"tests.{connection.vendor}.made"

    def keep() -> None:
        connection.close()
        if connection.vendor == "sqlite":
            shutil.copy(connection.settings_dict["NAME"], mold)
        else:
            _copy(connection.settings_dict["NAME"], name)
        made.touch()

    def create_from_mold(**ways: Any) -> str:
        with _alone("tests"):
            if not made.exists():
                called = create(**ways)
                keep()
                return called
        if connection.vendor == "sqlite":
            shutil.copy(mold, connection.settings_dict["TEST"]["NAME"])
            return create(**ways | {"keepdb": True})
        connection.settings_dict["TEST"]["TEMPLATE"] = name
        return create(**ways)

    with patch.object(connection.creation, "create_test_db", create_from_mold):
        yield


def forget() -> None:
    """Drop what the run left on a server: its molds."""
    if _server():
        for label in ("sites", "tests"):
            _drop(_of_this_run(label))


@contextlib.contextmanager
def _alone(label: str) -> Iterator[None]:
    """Keep the run's other processes waiting: whoever comes first makes the mold."""
    with (_shared() / f"{label}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _shared() -> Path:
    return Path(os.environ[SHARED])


def _of_this_run(label: str) -> str:
    """Return a database's name, as other runs may use the same server."""
    return f"{_shared().name}-{label}"


def _server() -> str:
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith(("postgres:", "postgresql:")) else ""


def _environment(name: str) -> dict[str, str]:
    return {"DATABASE_URL": urlsplit(_server())._replace(path=f"/{name}").geturl()}


def _copy(name: str, copy: str) -> None:
    _drop(copy)
    _execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')


def _drop(name: str) -> None:
    _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(statement: str) -> None:
    with psycopg.connect(_server(), autocommit=True) as connection:
        connection.execute(statement.encode())
