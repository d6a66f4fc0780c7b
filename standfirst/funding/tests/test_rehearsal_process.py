"""The rehearsal as a process of its own: small, told its secrets by the environment, ended by SIGTERM."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from standfirst.funding.rehearsal import keys
from standfirst.testing.funding import wait_until

pytestmark = pytest.mark.one_database

MODULE = "standfirst.funding.rehearsal"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(port: int, data: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    webhook = "http://127.0.0.1:9/"
    command = [sys.executable, "-m", MODULE, "--port", str(port), "--webhook-url", webhook, "--data", str(data)]
    return subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.PIPE)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as response:
            return bool(response.status == 200)
    except urllib.error.URLError:
        return False


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    port = free_port()
    process = started(port, tmp_path / "deep" / "rehearsal.sqlite3", keys.environment("a secret key"))
    wait_until(lambda: answers(port))
    yield port, process
    process.kill()
    process.communicate()


def test_it_starts_serves_and_ends_on_sigterm_without_a_word(running: tuple[int, "subprocess.Popen[bytes]"]) -> None:
    _port, process = running

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=10) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""


def test_it_stays_small_while_nobody_pays_and_never_loads_django(
    running: tuple[int, "subprocess.Popen[bytes]"],
) -> None:
    _port, process = running
    maps = Path(f"/proc/{process.pid}/status")
    if not maps.exists():
        pytest.skip("only Linux tells how much memory a process has")

    kib = int(next(line for line in maps.read_text().splitlines() if line.startswith("VmRSS")).split()[1])
    loaded = subprocess.run(
        [sys.executable, "-c", f"import {MODULE}.server, sys; print('django' in sys.modules, 'stripe' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert kib < 45 * 1024
    assert loaded.stdout.split() == ["False", "False"]


def test_a_taken_port_and_missing_secrets_are_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = int(holder.getsockname()[1])
        taken = started(port, tmp_path / "a.sqlite3", keys.environment("x"))
        untold = started(free_port(), tmp_path / "b.sqlite3", {keys.API_KEY_VARIABLE: ""})
        said = [process.communicate(timeout=20)[1].decode() for process in (taken, untold)]

    assert (taken.returncode, untold.returncode) == (1, 2)
    assert f"cannot listen on port {port}" in said[0]
    assert keys.API_KEY_VARIABLE in said[1]


def test_site_and_rehearsal_derive_the_same_secrets_and_another_site_others() -> None:
    assert keys.derived("a") == keys.derived("a")
    assert keys.derived("a") != keys.derived("b")
    assert keys.derived("a").api_key.startswith("sk_test_")
