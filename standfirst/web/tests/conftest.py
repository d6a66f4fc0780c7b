"""Sites for the tests of the command line."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from standfirst.testing.molds import site_on_sqlite


@pytest.fixture(scope="session")
def initialised() -> Path:
    """A site made by ``standfirst init``, once for all processes of the run. Do not change it."""
    return site_on_sqlite()


@pytest.fixture
def site(initialised: Path, tmp_path: Path) -> Iterator[Path]:
    """A site of this test's own."""
    copy = tmp_path / "mysite"
    shutil.copytree(initialised, copy)
    yield copy
    shutil.rmtree(copy, ignore_errors=True)
