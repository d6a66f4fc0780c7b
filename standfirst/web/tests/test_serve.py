"""The whole of ``standfirst serve``: real processes on a real site."""

import http.client
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from standfirst.testing.sites import Served, free_port, standfirst, until
from standfirst.web import exits

pytestmark = pytest.mark.slow

STOP_SECONDS_MAX = 10


@pytest.fixture
def serve(site: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(**environment: str) -> Served:
        started.append(Served(site, environment=environment))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.stop()


def test_a_site_is_served_and_ends_in_time(serve: Callable[..., Served]) -> None:
    served = serve().ready()

    status, text = served.get("/")
    seconds = served.stop()

    assert status == 200, served.said()
    assert "<html" in text
    assert seconds <= STOP_SECONDS_MAX
    assert served.process.returncode == exits.FINE
    assert f"Standfirst is ready at {served.url}/" in served.said()


def test_a_request_under_way_is_finished_before_the_end(serve: Callable[..., Served]) -> None:
    served = serve().ready()
    body = b"name=Ada&text=hello"
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as client:
        head = f"POST /nowhere/ HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nContent-Length: {len(body)}\r\n\r\n"
        client.sendall(head.encode() + body[:5])
        time.sleep(0.3)  # until the server has begun to read; nothing tells from outside

        served.process.terminate()
        time.sleep(0.5)
        client.sendall(body[5:])
        answer = client.recv(100)

    assert answer.startswith(b"HTTP/1.1 4")
    assert served.process.wait(STOP_SECONDS_MAX) == exits.FINE


def test_an_open_live_stream_does_not_hold_up_the_end(serve: Callable[..., Served]) -> None:
    served = serve().ready()
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.request("GET", "/live/?key=stories")
    response = connection.getresponse()
    assert response.status == 200

    seconds = served.stop()

    connection.close()
    assert seconds < 6


def test_a_killed_process_comes_back_and_nobody_is_turned_away(serve: Callable[..., Served]) -> None:
    served = serve().ready()
    before = served.children()

    for name in ("standfirst: worker", "standfirst: web"):
        os.kill(before[name], signal.SIGKILL)

    assert served.get("/")[0] == 200  # it waited in the queue of the socket, which the supervisor holds
    after = until(lambda: found if len(found := served.children()) >= len(before) else None)
    assert not set(before.values()) - {before["standfirst: rehearsal"]} & set(after.values())
    assert "worker ended (killed by SIGKILL)" in served.said()


def test_a_taken_port_is_one_line_and_a_code_of_its_own(site: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        done = standfirst("serve", "--port", str(port), folder=site)

    assert done.returncode == exits.PORT_TAKEN
    assert done.stderr == (
        f"standfirst: port {port} is taken by another program. Stop that, or choose another port with --port.\n"
    )


def test_a_taken_rehearsal_port_names_its_setting(site: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        url = f"http://127.0.0.1:{other.getsockname()[1]}"

        done = standfirst(
            "serve", "--port", str(free_port()), folder=site, environment={"STANDFIRST_REHEARSAL_URL": url}
        )

    assert done.returncode == exits.PORT_TAKEN
    assert f"STANDFIRST_REHEARSAL_URL={url}" in done.stderr


def test_an_address_that_is_not_of_this_machine_is_told(site: Path) -> None:
    done = standfirst("serve", "--host", "203.0.113.7", folder=site)

    assert done.returncode == exits.USAGE
    assert "cannot listen on 203.0.113.7" in done.stderr


def test_an_unmigrated_database_is_one_line_that_says_what_to_run(site: Path) -> None:
    with sqlite3.connect(site / "data" / "standfirst.sqlite3") as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'accounts'")
    database.close()

    done = standfirst("serve", "--port", str(free_port()), folder=site)

    assert done.returncode == exits.NOT_READY
    assert done.stderr.startswith("standfirst: the database is not migrated (")
    assert done.stderr.endswith("Run: standfirst migrate\n")
    assert done.stderr.count("\n") == 1


def test_a_database_that_does_not_answer_is_one_line(site: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"

    done = standfirst("serve", "--port", str(free_port()), folder=site, environment={"DATABASE_URL": url})

    assert done.returncode == exits.NOT_READY
    assert done.stderr.startswith("standfirst: the database cannot be reached (")
    assert done.stderr.count("\n") == 1


def test_a_site_is_served_once(serve: Callable[..., Served], site: Path) -> None:
    served = serve().ready()

    done = standfirst("serve", "--port", str(free_port()), folder=site)

    assert done.returncode == exits.ALREADY_RUNNING
    assert f"is being served already, by process {served.process.pid}" in done.stderr
