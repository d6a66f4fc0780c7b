from collections.abc import Callable
from typing import Any

import pytest
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
