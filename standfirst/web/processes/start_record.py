"""What the last full check before a start found, so that the next start need not load Django to find the same.

The record holds digests of the installed code that has migrations, of the migrations that
the database has seen, and of the static files, and the site's address. While all are as they
were, the site is ready; if any differs, ``supervisor_preflight`` looks properly.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from standfirst import web
from standfirst.web.configuration import Configuration

FILE_NAME = "start.json"
# Their migrations and static files change with their version only; ours also while somebody works on them.
DISTRIBUTIONS = (
    "standfirst",
    "Django",
    "wagtail",
    "django-modelcluster",
    "django-taggit",
    "django-tasks-db",
    "modelsearch",
    "servestatic",
)
PACKAGE = Path(web.__file__).resolve().parent.parent
MANIFEST_NAME = "staticfiles.json"
_APPLIED = "SELECT app, name FROM django_migrations ORDER BY app, name"


def still_true(config: Configuration, *, url: str) -> bool:
    """Say whether the site at ``url`` is as the last full check left it. Takes milliseconds and writes nothing."""
    try:
        recorded = json.loads((config.data / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(recorded == present(config, url=url)) and (config.data / "static" / MANIFEST_NAME).is_file()


def write(config: Configuration) -> None:
    """Record that the site, as it is now, was found ready."""
    draft = config.data / f".{FILE_NAME}.{os.getpid()}"
    draft.write_text(json.dumps(present(config, url=config.url)), encoding="utf-8")
    draft.replace(config.data / FILE_NAME)


def static_is_recorded(config: Configuration) -> bool:
    """Say whether the collected static files are those of the installed version."""
    try:
        recorded = json.loads((config.data / FILE_NAME).read_text(encoding="utf-8"))
        collected = (config.data / "static" / MANIFEST_NAME).is_file()
        return collected and bool(recorded["static"] == static_digest())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def present(config: Configuration, *, url: str) -> dict[str, str]:
    """Return what the record would hold now."""
    return {
        "code": code_digest(),
        "database": database_digest(config.database),
        "static": static_digest(),
        "url": url,
    }


def code_digest() -> str:
    """Return a digest of what decides which migrations there are."""
    ours = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.glob("*/migrations/*.py"))
    return _digest([*_versions(), *ours])


def static_digest() -> str:
    """Return a digest of what would be collected: versions, names, sizes, times of change."""
    seen: list[str] = []
    for folder in sorted(PACKAGE.glob("*/static")):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                facts = path.stat()
                seen.append(f"{path.relative_to(PACKAGE)} {facts.st_size} {facts.st_mtime_ns}")
    return _digest([*_versions(), *seen])


def database_digest(database: dict[str, Any]) -> str:
    """Return a digest of the migrations that the database has seen; empty if it cannot be asked."""
    try:
        rows = _sqlite_rows(database) if database["ENGINE"].endswith("sqlite3") else _postgresql_rows(database)
    except Exception:  # noqa: BLE001 - whatever it is, the full check meets it again and tells it
        return ""
    return _digest(f"{app}.{name}" for app, name in rows)


def _sqlite_rows(database: dict[str, Any]) -> list[tuple[str, str]]:
    uri = f"{Path(database['NAME']).absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=2)) as connection:
        return connection.execute(_APPLIED).fetchall()


def _postgresql_rows(database: dict[str, Any]) -> list[tuple[str, str]]:
    psycopg = import_module("psycopg")  # 0.1 s, which a site on SQLite need not wait for
    with psycopg.connect(
        dbname=database["NAME"],
        user=database["USER"],
        password=database["PASSWORD"],
        host=database["HOST"],
        port=database["PORT"] or None,
        connect_timeout=5,
    ) as connection:
        return list(connection.execute(_APPLIED).fetchall())


def _versions() -> list[str]:
    found = []
    for name in DISTRIBUTIONS:
        with contextlib.suppress(PackageNotFoundError):
            found.append(f"{name} {version(name)}")
    return found


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
