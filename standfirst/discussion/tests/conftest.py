import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client


@pytest.fixture
def browser() -> Callable[[], Client]:
    """Makes browsers: each keeps its own cookies and says of its requests that our page sent them."""

    def make(**headers: Any) -> Client:
        return Client(headers={"Sec-Fetch-Site": "same-origin", **headers})

    return make


@pytest.fixture(autouse=True)
def _static_files_by_their_own_names(settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def at_once() -> Callable[[list[Callable[[], object]]], list[Exception]]:
    """Runs calls in threads of their own, each with its own connection; returns what they raised."""

    def run(calls: list[Callable[[], object]]) -> list[Exception]:
        raised: list[Exception] = []
        gate = threading.Barrier(len(calls))

        def one(call: Callable[[], object]) -> None:
            gate.wait()
            try:
                _patiently(call)
            except Exception as error:  # noqa: BLE001 - the test looks at them
                raised.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=[call]) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return raised

    return run


def _patiently(call: Callable[[], object], tries: int = 20) -> None:
    # SQLite's shared-cache test database answers "table is locked" at once instead of waiting.
    for left in reversed(range(tries)):
        try:
            call()
        except OperationalError as error:
            if "locked" not in str(error) or not left:
                raise
        else:
            return
