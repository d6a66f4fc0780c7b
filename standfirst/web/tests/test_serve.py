"""The whole of ``standfirst serve``: real processes on a real site."""

import errno
import http.client
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from standfirst.testing.sites import Served, free_port, standfirst, until
from standfirst.web import exits
from standfirst.web.commands import serve

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

STOP_SECONDS_MAX = 10
STREAM_HELD_SECONDS = 6  # less than the seven after which an open request is given up


@pytest.fixture(scope="module")
def served(initialised: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A site that is being served, for all tests that leave it so."""
    site = tmp_path_factory.mktemp("served") / "mysite"
    shutil.copytree(initialised, site)
    served = Served(site).ready()
    yield served
    served.stop()


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A site folder with settings and nothing else."""
    (tmp_path / "standfirst.env").touch()
    return tmp_path


def test_the_front_page_answers_and_its_address_is_printed(served: Served) -> None:
    status, text = served.get("/")

    assert status == 200, served.said()
    assert "<html" in text
    assert f"Standfirst is ready at {served.url}/" in served.said()


def ended(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tZ" in status.read_text(encoding="utf-8")


def test_a_killed_process_comes_back_and_nobody_is_turned_away(served: Served) -> None:
    before = served.children()
    for name in ("standfirst: worker", "standfirst: web"):
        os.kill(before[name], signal.SIGKILL)
    until(lambda: ended(before["standfirst: web worker-1"]))  # what it had accepted dies with it

    assert served.get("/")[0] == 200  # it waited in the queue of the socket, which the supervisor holds
    after = until(lambda: found if len(found := served.children()) >= len(before) else {})
    assert set(before.values()) & set(after.values()) == {before["standfirst: rehearsal"]}
    assert "worker ended (killed by SIGKILL)" in served.said()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux can do this")
def test_a_client_that_reads_nothing_of_what_it_is_sent_is_dropped() -> None:
    with socket.socket() as listening, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        serve.drop_clients_that_take_nothing(listening, 0.5)
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        client.connect(listening.getsockname())
        accepted, _address = listening.accept()
        accepted.settimeout(30)

        with accepted, pytest.raises((TimeoutError, ConnectionResetError)) as dropped:
            accepted.sendall(b"news " * 10_000_000)

    assert dropped.value.errno in {errno.ETIMEDOUT, errno.ECONNRESET}


def test_a_site_is_served_once(served: Served) -> None:
    done = standfirst("serve", "--port", str(free_port()), folder=served.log.parent)

    assert done.returncode == exits.ALREADY_RUNNING
    assert f"is being served already, by process {served.process.pid}" in done.stderr


def test_the_end_waits_for_a_request_but_not_for_a_live_stream(site: Path) -> None:
    served = Served(site).ready()
    stream = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    stream.request("GET", "/live/?key=stories")
    assert stream.getresponse().status == 200
    body = b"name=Ada&text=hello"
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as client:
        head = f"POST /nowhere/ HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nContent-Length: {len(body)}\r\n\r\n"
        client.sendall(head.encode() + body[:5])
        time.sleep(0.3)  # until the server has begun to read; nothing tells from outside

        served.process.terminate()
        time.sleep(0.5)
        client.sendall(body[5:])
        answer = client.recv(100)
    began = time.monotonic()
    code = served.process.wait(STOP_SECONDS_MAX)

    stream.close()
    assert answer.startswith(b"HTTP/1.1 4")
    assert code == exits.FINE
    assert time.monotonic() - began < STREAM_HELD_SECONDS


def test_a_taken_port_is_one_line_and_a_code_of_its_own(bare: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = standfirst("serve", "--port", str(port), folder=bare)

    assert done.returncode == exits.PORT_TAKEN
    assert done.stderr == (
        f"standfirst: port {port} is taken by another program. Stop that, or choose another port with --port.\n"
    )


def test_a_taken_rehearsal_port_names_its_setting(bare: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        url = f"http://127.0.0.1:{other.getsockname()[1]}"

        done = standfirst(
            "serve", "--port", str(free_port()), folder=bare, environment={"STANDFIRST_REHEARSAL_URL": url}
        )

    assert done.returncode == exits.PORT_TAKEN
    assert f"STANDFIRST_REHEARSAL_URL={url}" in done.stderr


def test_an_address_that_is_not_of_this_machine_is_told(bare: Path) -> None:
    done = standfirst("serve", "--host", "203.0.113.7", folder=bare)

    assert done.returncode == exits.USAGE
    assert "cannot listen on 203.0.113.7" in done.stderr


def rehearsal() -> dict[str, str]:
    """Have the rehearsal where no other site of this machine has one."""
    return {"STANDFIRST_REHEARSAL_URL": f"http://127.0.0.1:{free_port()}"}


def test_an_unmigrated_database_is_one_line_that_says_what_to_run(bare: Path) -> None:
    done = standfirst("serve", "--port", str(free_port()), folder=bare, environment=rehearsal())

    assert done.returncode == exits.NOT_READY
    assert done.stderr.startswith("standfirst: the database is not migrated (")
    assert done.stderr.endswith("Run: standfirst migrate\n")
    assert done.stderr.count("\n") == 1


def test_a_database_that_does_not_answer_is_one_line(bare: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"

    done = standfirst("serve", "--port", str(free_port()), folder=bare, environment=rehearsal() | {"DATABASE_URL": url})

    assert done.returncode == exits.NOT_READY
    assert done.stderr.startswith("standfirst: the database cannot be reached (")
    assert done.stderr.count("\n") == 1
