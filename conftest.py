"""The ground that every test stands on: a site folder for each process, no network but loopback, quick settings."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pytest_socket import socket_allow_hosts
from xdist.scheduler import LoadFileScheduling, Scheduling

# Settings of a real site on this machine must not reach the tests, nor the tests that site.
for _name in [name for name in os.environ if name.startswith(("STANDFIRST_", "STRIPE_"))]:
    if not _name.startswith(("STANDFIRST_TEST_", "STANDFIRST_COVERAGE")):
        del os.environ[_name]
JOURNEYS = "tests/journeys/"
SITE = Path(tempfile.mkdtemp(prefix="standfirst-test-"))
SHARED = Path(os.environ.setdefault("STANDFIRST_TEST_SHARED", str(SITE)))  # the first process's own, for all of them
os.environ["STANDFIRST_SITE"] = str(SITE)
os.environ["DJANGO_SETTINGS_MODULE"] = "standfirst.web.settings"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    parser.addoption("--write-docs", action="store_true", help="write the tables of docs/reference (see bin/docs)")


def pytest_configure() -> None:
    """Set what is quicker and as good in tests."""
    from django.conf import settings
    from django.test import override_settings
    from hypothesis import HealthCheck
    from hypothesis import settings as examples

    # On a machine that does other things, too, slow says nothing of what is tested.
    examples.register_profile("standfirst", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    examples.load_profile("standfirst")
    # A style sheet that is not collected, and a password that is quick to check, are enough for a test.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ).enable()


class JourneysTogether(LoadFileScheduling):
    """Gives each file to one process, and all journeys to the same one: they share a site.

    xdist's own groups (``--dist loadgroup``) do nothing with pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return JOURNEYS if file.startswith(JOURNEYS) else file


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that hold slow tests, so that no process is left with one of them in the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """Share the tests out by our own rule where they are shared out by file."""
    return JourneysTogether(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_unconfigure() -> None:
    """Remove the site folder, and what all processes of the run shared."""
    if SHARED == SITE:
        from standfirst.testing import molds

        molds.forget()
    shutil.rmtree(SITE, ignore_errors=True)


def pytest_runtest_setup() -> None:
    """Refuse connections that leave this machine."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Keep SQLite's test database in a file, as threads need for locking as in earnest, without waiting for a disk."""
    from django.db import connections

    from standfirst.testing import molds

    gc.freeze()  # migrations make much rubbish, and what was loaded is none of it: a third less time
    database: dict[str, Any] = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(SITE / "test.sqlite3")
        database["OPTIONS"]["init_command"] = database["OPTIONS"]["init_command"].replace(
            "synchronous=FULL", "synchronous=OFF"
        )
    with molds.of_the_tests(connections["default"]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Undo what a test commits by the rows that migrations made."""
    from django.test import TransactionTestCase

    from standfirst.testing import baseline

    with django_db_blocker.unblock():
        baseline.keep()
    with patch.object(TransactionTestCase, "_fixture_teardown", lambda _case: baseline.restore()):
        yield


@pytest.fixture(autouse=True)
def _nothing_kept_from_another_test() -> None:
    """Forget the fragments of the process: a test that is rolled back tells nobody of its changes."""
    from standfirst.delivery.store import store

    store.forget_everything()


@pytest.fixture(autouse=True)
def _media_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
