"""What one process writes, every other one serves: of the same machine, of another, after a cut line, after a kill.

Node A is a site with two web processes on one socket; node B has a folder of its own and the same database. On
PostgreSQL its connections go through a relay that can be cut. ``pytest --log-cli-level=info`` shows how long it took.
"""

import contextlib
import http.client
import itertools
import logging
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest
from django import db

from standfirst.testing.relay import Relay
from standfirst.testing.sites import Served, on_site, until
from standfirst.web.processes.front import SETTLER

pytestmark = pytest.mark.slow

POSITION = re.compile(r'data-change="\d*"')  # where a page says at which change it was made
CONNECTIONS_MAX = 200  # until each worker of a socket has accepted one
SHOWN_SECONDS_MAX = 20  # on a loaded machine; 0.1 is meant, and seen in the log
WRITERS = 6
log = logging.getLogger(__name__)
numbers = itertools.count(1)

PROGRAM = """
from standfirst.testing import discussion
from standfirst.discussion import threads
from standfirst.funding import campaigns
from standfirst.testing import funding
discussion.a_comment(threads.thread_of({key!r}), text={text!r})
funding.paid_gift(campaigns.current(), 12_345)
"""
FRESH = """
import asyncio
from standfirst.delivery.application import Application
from standfirst.delivery.handler import Handler
from standfirst.delivery.store import Store
from standfirst.testing.delivery import Site
limits = {{"threads": 1, "body_bytes_max": 1, "streams_max": 1, "per_address_max": 1}}
site = Site(Application(Store(bytes_max=9_000_000), Handler(), **limits))
told = {{path: site.get(path, host={host!r}).text for path in {paths!r}}}
site.close()
"""
STATE = """
from collections import Counter
from standfirst.discussion.models import Comment, Revision, State, Thread
thread = Thread.objects.get(key={key!r})
told["state"] = {{
    "texts": dict(Counter(Revision.objects.filter(comment__thread=thread).values_list("text", flat=True))),
    "published": Comment.objects.filter(thread=thread, state=State.PUBLISHED).count(),
    "counted": thread.published_count,
    "events": sorted(Comment.objects.filter(thread=thread).values_list("event", flat=True)),
}}
"""


class Node:
    """A served site, and connections to each of its web processes."""

    def __init__(self, folder: Path, environment: dict[str, str], key: str) -> None:
        # Each comment comes from an address of its own, as limits count by address.
        self.environment = {"STANDFIRST_PROXIES": "127.0.0.1", **environment}
        self.folder, self.key = folder, key
        self.served = Served(folder, environment=self.environment, traced=False)

    def workers(self) -> list[int]:
        return [pid for name, pid in self.served.children().items() if "web worker" in name]

    def ask(
        self, path: str, *, connection: http.client.HTTPConnection | None = None, **headers: str
    ) -> tuple[int, str]:
        own = connection or http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=30)
        own.request("GET", path, headers=headers)
        answer = own.getresponse()
        body = answer.read().decode()
        if connection is None:
            own.close()
        return answer.status, body

    def each_worker(self) -> dict[int, http.client.HTTPConnection]:
        """Return a connection to each worker, by its process id."""
        wanted, found = set(self.workers()), {}
        for _ in range(CONNECTIONS_MAX):
            connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=30)
            self.ask("/robots.txt", connection=connection)
            pid = holder(connection, wanted, self.served.port)
            if pid is None or pid in found:
                connection.close()
            else:
                found[pid] = connection
            if set(found) == wanted:
                return found
        raise AssertionError(f"{wanted - set(found)} accepted nothing")

    def comment(self, text: str) -> tuple[int, str]:
        """Post a comment; return the status and the cookie that says what was written."""
        number = next(numbers)
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=30)
        headers = {
            "Origin": self.served.url,
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "X-Forwarded-For": f"198.{18 + number // 60_000}.{number // 250 % 240}.{number % 250}",
        }
        body = urlencode({"name": "Ines", "text": text})
        with contextlib.closing(connection):  # killed in between or not
            connection.request("POST", f"/discussion/threads/{self.key}/comments/", body, headers)
            answer = connection.getresponse()
            answer.read()
        cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        return answer.status, next((each.partition(";")[0] for each in cookies if each.startswith("sf_seen=")), "")

    def from_nothing(self, paths: list[str]) -> dict[str, Any]:
        """Return pages as a process renders them that kept nothing, and under "state" what the database holds."""
        code = (FRESH + STATE).format(paths=paths, host=f"127.0.0.1:{self.served.port}", key=self.key)
        environment = {**self.environment, "STANDFIRST_URL": self.served.url}
        pages: dict[str, Any] = on_site(code, folder=self.folder, environment=environment)
        return pages | {path: POSITION.sub("", pages[path]) for path in paths}


def holder(connection: http.client.HTTPConnection, workers: set[int], port: int) -> int | None:
    """Return which of ``workers`` accepted ``connection``. Linux only."""
    here = connection.sock.getsockname()[1]
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _slot, local, remote, *rest = line.split()
        if int(local[-4:], 16) == port and int(remote[-4:], 16) == here:
            wanted = f"socket:[{rest[6]}]"
            return next((pid for pid in workers if wanted in open_files(pid)), None)
    return None


def open_files(pid: int) -> set[str]:
    found = set()
    for each in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):
            found.add(str(each.readlink()))
    return found


def a_text() -> str:
    return f"The tide stood {next(numbers)} hands above the mark that morning."


def shown(what: str, ask: Callable[[], tuple[int, str]], text: str, *, since: float) -> None:
    """Wait until a page shows ``text``, and note how long it took."""
    until(lambda: text in ask()[1], seconds=SHOWN_SECONDS_MAX)
    log.info("%s: within %.0f ms", what, (time.monotonic() - since) * 1000)


@pytest.fixture(scope="module")
def relay(filled_site: Any) -> Iterator[Relay | None]:
    """What stands between node B and PostgreSQL."""
    url = urlsplit(filled_site.environment.get("DATABASE_URL", ""))
    if not url.hostname:
        yield None
        return
    made = Relay(url.hostname, url.port or 5432)
    yield made
    made.close()


@pytest.fixture(scope="module")
def nodes(
    filled_site: Any, relay: Relay | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Node, Node]]:
    """Nodes A and B."""
    other = tmp_path_factory.mktemp("other") / "mysite"
    shutil.copytree(filled_site.folder, other)
    if relay is None:
        database = {"DATABASE_URL": f"sqlite://{filled_site.folder / 'data' / 'standfirst.sqlite3'}"}
    else:
        url = urlsplit(filled_site.environment["DATABASE_URL"])
        netloc = f"{url.netloc.rpartition('@')[0]}@127.0.0.1:{relay.port}".lstrip("@")
        database = {"DATABASE_URL": url._replace(netloc=netloc).geturl()}
    a = Node(filled_site.folder, {**filled_site.environment, "STANDFIRST_WEB_PROCESSES": "2"}, filled_site.key)
    b = Node(other, database, filled_site.key)
    try:
        a.served.ready()
        b.served.ready()
        yield a, b
    finally:
        for node in (a, b):
            node.served.stop()


@pytest.fixture
def paths(filled_site: Any) -> list[str]:
    key, story = filled_site.key, filled_site.path
    return [
        story,
        filled_site.other,
        "/",
        "/sections/town/",
        f"{story}?order=newest",
        "/feed/",
        "/funding/meter.json",
        f"/discussion/threads/{key}/",
        f"/fragments/count:{key}",
        "/fragments/meter",
    ]


def test_what_one_process_writes_every_process_serves(nodes: tuple[Node, Node], filled_site: Any) -> None:
    a, b = nodes
    newest = f"{filled_site.path}?order=newest"  # the other order shows the first comments only
    workers = {f"A, process {pid}": (a, connection) for pid, connection in a.each_worker().items()}
    readers = {**workers, "B": (b, next(iter(b.each_worker().values())))}
    assert len(workers) == 2
    asking = {
        name: lambda node=node, connection=connection: node.ask(newest, connection=connection)
        for name, (node, connection) in readers.items()
    }
    for writer in (a, b):
        for ask in asking.values():
            ask()  # so that it is kept
        text = a_text()

        assert writer.comment(text)[0] == 201
        since = time.monotonic()

        for name, ask in asking.items():
            shown(f"written on {'A' if writer is a else 'B'}, read on {name}", ask, text, since=since)

    text = a_text()
    on_site(PROGRAM.format(key=filled_site.key, text=text), folder=a.folder, environment=filled_site.environment)
    since = time.monotonic()
    for name, ask in asking.items():
        shown(f"a comment of a third program, read on {name}", ask, text, since=since)
        shown(f"its gift, read on {name}", ask, "1,523", since=since)
    for _node, connection in readers.values():
        connection.close()


def test_whoever_wrote_sees_it_at_once_in_every_process(nodes: tuple[Node, Node], filled_site: Any) -> None:
    a, b = nodes
    readers = [(a, each) for each in a.each_worker().values()] + [(b, each) for each in b.each_worker().values()]

    for writer, _ in itertools.product((a, b), range(3)):
        text = a_text()
        _status, cookie = writer.comment(text)

        for node, connection in readers:
            assert (
                text in node.ask(f"{filled_site.path}?order=newest", connection=connection, Cookie=cookie)[1]
            )  # no waiting here
    for _node, connection in readers:
        connection.close()


def test_while_its_line_to_the_database_is_cut_a_node_goes_on_and_then_catches_up(
    nodes: tuple[Node, Node], relay: Relay | None, paths: list[str]
) -> None:
    if relay is None:
        pytest.skip("SQLite has no line that could be cut")
    a, b = nodes
    newest = next(path for path in paths if "newest" in path)  # the other order shows the first comments only
    kept = {path: b.ask(path) for path in paths}
    process = b.workers()

    for attempt in range(2):
        relay.cut()
        texts = [a_text() for _ in range(3)]
        assert [a.comment(text)[0] for text in texts] == [201] * 3
        for path, page in kept.items():
            assert b.ask(path) == page, (attempt, path)  # old, as it must be, but there
        assert b.ask("/about/")[0] == (503 if attempt == 0 else 200)  # a page that it had never made
        assert b.ask("/search/?q=tide")[0] == 503

        relay.mend()
        since = time.monotonic()
        shown("after the cut", lambda: b.ask(newest), texts[-1], since=since)
        until(lambda: b.ask("/about/")[0] == 200)
        expected = b.from_nothing(paths)
        for path in paths:  # the place of a fragment that failed meanwhile stays empty for two seconds
            until(lambda path=path, expected=expected: POSITION.sub("", b.ask(path)[1]) == expected[path], seconds=10)
        kept = {path: b.ask(path) for path in paths}  # whole ones, that no passing of time changes

    assert b.workers() == process  # nobody had to start it anew


def test_a_node_whose_connections_the_database_ends_hears_of_what_follows(
    nodes: tuple[Node, Node], relay: Relay | None, filled_site: Any
) -> None:
    if relay is None:
        pytest.skip("SQLite has no connection that could be ended")
    a, b = nodes
    newest = f"{filled_site.path}?order=newest"
    b.ask(newest)

    for _ in range(3):
        with psycopg.connect(filled_site.environment["DATABASE_URL"], autocommit=True) as database:
            ended = database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ANY(%s)",
                [list(relay.own_ports())],
            ).fetchall()
        text = a_text()

        assert a.comment(text)[0] == 201
        assert ended
        shown("after the database hung up", lambda text=text: b.ask(newest), text, since=time.monotonic())


def test_kill_9_in_the_middle_of_writes_loses_nothing_that_was_answered(
    nodes: tuple[Node, Node], filled_site: Any, paths: list[str]
) -> None:
    a, _b = nodes
    answered: list[str] = []
    tried: list[str] = []
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            text = a_text()
            tried.append(text)
            with contextlib.suppress(OSError, http.client.HTTPException):
                if a.comment(text)[0] == 201:
                    answered.append(text)

    writers = [threading.Thread(target=write) for _ in range(WRITERS)]
    for each in writers:
        each.start()
    for killed in range(3):
        enough = len(answered) + 10
        until(lambda enough=enough: len(answered) >= enough)
        names = a.served.children()
        name = next(
            name for name in sorted(names) if ("web worker" in name if killed < 2 else name == "standfirst: web")
        )
        os.kill(names[name], signal.SIGKILL)
    enough = len(answered) + 10
    until(lambda: len(answered) >= enough)
    over.set()
    for each in writers:
        each.join()

    log.info("%d comments sent, %d answered", len(tried), len(answered))
    until(lambda: len(a.workers()) == 2)
    from_nothing = a.from_nothing(paths)
    state = from_nothing["state"]
    assert {text: state["texts"].get(text) for text in answered} == dict.fromkeys(answered, 1)
    assert max(state["texts"].values()) == 1
    assert state["published"] == state["counted"]
    published = [event for event in state["events"] if event]
    assert len(published) == len(set(published))  # no number given twice
    every_process_serves(nodes, from_nothing, paths)


def test_whoever_settles_messages_begins_anew_after_a_kill(nodes: tuple[Node, Node]) -> None:
    a, _b = nodes
    if db.connection.vendor != "postgresql":  # a thread beside the requests does it
        assert SETTLER not in a.served.children()
        return
    before = set(a.workers())
    os.kill(until(lambda: a.served.children().get(SETTLER)), signal.SIGKILL)

    until(lambda: len(now := set(a.workers())) == 2 and now != before and SETTLER in a.served.children())
    assert a.ask("/")[0] == 200


def every_process_serves(nodes: tuple[Node, Node], from_nothing: dict[str, Any], paths: list[str]) -> None:
    """Compare each page of each process with the one that node A would render from nothing."""
    count = str(from_nothing["state"]["counted"])
    first = nodes[0].served.port
    for node in nodes:
        ports = str(first), str(node.served.port)
        expected = {path: from_nothing[path].replace(*ports) for path in paths}
        for connection in node.each_worker().values():
            until(lambda c=connection, n=node: n.ask(f"/fragments/count:{n.key}", connection=c)[1] == count)
            with contextlib.closing(connection):
                for path in paths:  # the last version in a storm, or a fragment's empty moment, may still stand
                    until(
                        lambda c=connection, n=node, p=path, e=expected: (
                            POSITION.sub("", n.ask(p, connection=c)[1]) == e[p]
                        ),
                        seconds=10,
                    )


FOLLOWER = """
import os
import signal
from django.db import connection
from standfirst.delivery import changes, followers
from standfirst.delivery.models import Cursor
from standfirst.kit import clock
from standfirst.testing.delivery import touched

followers.BATCH = 7
Cursor.objects.create(follower="proof", change_id=changes.head(), moved_at=clock.now())
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE proof_done (number bigint)")
began = changes.head()
for number in range(60):
    touched(f"story:{{number}}")
numbers = [number for number, _key in changes.since(began)]
connection.close()


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def follow_in_a_process(dies_in=0, dies_after=0):
    pid = os.fork()
    if pid:
        return pid
    batches = 0

    def follow(changes):
        nonlocal batches
        batches += 1
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO proof_done (number) VALUES (%s)", [[number] for number, _key in changes])
        if batches == dies_in:
            die()
        if batches == dies_after:
            connection.on_commit(die)

    followers._followers = {{"proof": follow}}
    followers.run()
    os._exit(0)


def code(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


codes = [code(follow_in_a_process(dies_in=2)), code(follow_in_a_process(dies_after=2))]
together = [follow_in_a_process(dies_in=2), follow_in_a_process(), follow_in_a_process()]
for pid in together:
    code(pid)
codes.append(code(follow_in_a_process()))
with connection.cursor() as cursor:
    cursor.execute("SELECT number FROM proof_done ORDER BY number")
    done = [row[0] for row in cursor.fetchall()]
told = {{"codes": codes, "numbers": numbers, "done": done}}
"""


def test_a_follower_that_is_killed_does_each_change_once(filled_site: Any) -> None:
    told = on_site(FOLLOWER.format(), folder=filled_site.folder, environment=filled_site.environment)

    assert told["codes"] == [-signal.SIGKILL, -signal.SIGKILL, 0]
    numbers = set(told["numbers"])  # the site's own processes may have written between
    assert [number for number in told["done"] if number in numbers] == told["numbers"]
