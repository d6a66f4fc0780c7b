"""Sites for the tests of the command line."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from standfirst.testing.sites import made_once


@pytest.fixture(scope="session")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site made by ``standfirst init``, once for all processes of the run. Do not change it."""
    base = tmp_path_factory.getbasetemp()
    # With several processes, each has a folder of its own below the run's.
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return made_once(shared / "standfirst-site" / "mysite")


@pytest.fixture
def site(initialised: Path, tmp_path: Path) -> Iterator[Path]:
    """A site of this test's own."""
    copy = tmp_path / "mysite"
    shutil.copytree(initialised, copy)
    yield copy
    shutil.rmtree(copy, ignore_errors=True)
