"""The ground every test stands on: one site folder a worker, no network but loopback."""

import os
import tempfile
from pathlib import Path

import pytest
from pytest_socket import socket_allow_hosts

_site = Path(tempfile.mkdtemp(prefix="standfirst-test-"))
os.environ.setdefault("STANDFIRST_SITE", str(_site))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "standfirst.web.settings")


def pytest_runtest_setup() -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _media_of_this_test(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
