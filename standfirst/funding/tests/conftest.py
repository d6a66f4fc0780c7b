"""The ground of funding's tests: after each, the books have to tell one story."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from standfirst.funding.books import checking
from standfirst.funding.rehearsal.server import Rehearsal
from standfirst.testing.funding import forget_the_books, rehearsing


@pytest.fixture
def books(db: None) -> Iterator[None]:
    """A database that is rolled back; the self-check runs first."""
    yield
    assert checking.check() == []


@pytest.fixture
def committed_books(transactional_db: None) -> Iterator[None]:
    """A database in which threads see each other's commits; emptied in the end."""
    yield
    try:
        assert checking.check() == []
    finally:
        forget_the_books()


@pytest.fixture
def double(tmp_path: Path) -> Iterator[Rehearsal]:
    """Our double of Stripe, running, without messages: a test sends those that it means."""
    with rehearsing(tmp_path) as running:
        yield running


@pytest.fixture
def live(settings: Any) -> Any:
    """A site that takes real money."""
    settings.STANDFIRST = replace(
        settings.STANDFIRST, mode="live", stripe_secret_key="sk_live_x", stripe_webhook_secret="whsec_x"
    )
    return settings


@pytest.fixture(autouse=True)
def _plain_static_names(settings: Any) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
