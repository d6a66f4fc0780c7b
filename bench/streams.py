"""Five thousand open live streams in one process: what they weigh, and how soon news reaches the last of them."""

import contextlib
import re
import resource
import selectors
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Self
from urllib.parse import urlsplit

from bench import processes
from bench.crowd import Crowd
from bench.gift import give
from bench.report import Row
from bench.servers import NotMeasured, fetch
from bench.site import Served, Site, busiest_story

STREAMS = 5_000
AT_ONCE = 100  # that connect at the same time; more would wait in the queue of the socket
RSS_MIB_MAX, REACHED_SECONDS_MAX, IDLE_PERCENT_MAX = 350, 2, 5
IDLE_SECONDS = 40  # two heartbeats of each stream
SETTLE_SECONDS = 2
OPEN_SECONDS_MAX, NEWS_SECONDS_MAX = 120, 30
DESCRIPTORS = STREAMS + 500


def measure(site: Site, *, rounds: int) -> list[Row]:
    """Open the streams, look at the idle process, then let a comment and a gift reach all of them."""
    allow_descriptors()
    with site.served() as served, Streams(served.url, *followed(served)) as streams:
        began = time.monotonic()
        streams.open(STREAMS)
        opened = time.monotonic() - began
        streams.read_for(SETTLE_SECONDS)
        idle = idle_percent(served, streams)
        memory = processes.rss_mib(served.web)
        crowd = Crowd(served.url + streams.path)
        by_comment = [streams.seconds_until_all_know(lambda: crowd.comment(crowd.connection())) for _ in range(rounds)]
        by_gift = [streams.seconds_until_all_know(lambda: give(served.url)) for _ in range(rounds)]
        left = streams.open_count
    reached = max(by_comment + by_gift)
    return [
        Row(f"{left:,} open live streams in one process: its memory", f"{memory:.0f} MiB",
            f"≤ {RSS_MIB_MAX} MiB with {STREAMS:,}", memory <= RSS_MIB_MAX and left == STREAMS),
        Row("from sending a comment or a gift until the last stream has its event",
            f"comment {median(by_comment):.2f} s, gift {median(by_gift):.2f} s, at most {reached:.2f} s",
            f"≤ {REACHED_SECONDS_MAX} s", reached <= REACHED_SECONDS_MAX),
        Row("CPU of the process while nothing happens, heartbeats included", f"{idle:.1f} % of a core",
            f"≤ {IDLE_PERCENT_MAX} %", idle <= IDLE_PERCENT_MAX),
        Row("until all were open", f"{opened:.1f} s"),
    ]  # fmt: skip


def allow_descriptors() -> None:
    """Allow this process as many sockets as it needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < DESCRIPTORS:
        raise NotMeasured(f"this machine allows a process {hard} open files; {DESCRIPTORS} are needed (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, DESCRIPTORS), hard))


def followed(served: Served) -> tuple[str, str]:
    """Return a story's path, and the query that follows its comments and the meter."""
    path = busiest_story(served.url)
    found = re.search(rb'data-thread="([^"]+)"', fetch(served.url + path)[1])
    if found is None:
        raise NotMeasured(f"{path} has no thread")
    return path, f"key=thread:{found[1].decode()}&key=funding.meter"


def idle_percent(served: Served, streams: "Streams") -> float:
    """Return how much of a core the web process takes while nothing but heartbeats happens."""
    before, began = processes.cpu_seconds(served.web), time.monotonic()
    streams.read_for(IDLE_SECONDS)
    return (processes.cpu_seconds(served.web) - before) / (time.monotonic() - began) * 100


@dataclass(slots=True)
class Stream:
    """A reader's open connection, and how many events it got."""

    sock: socket.socket
    answered: bool = False
    events: int = 0


class Streams:
    """Readers with an open page, all in this process."""

    def __init__(self, url: str, path: str, query: str) -> None:
        parts = urlsplit(url)
        self.path = path
        self._address = (str(parts.hostname), parts.port or 80)
        self._request = f"GET /live/?{query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
        self._selector = selectors.DefaultSelector()
        self._streams: list[Stream] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in self._streams:
            stream.sock.close()
        self._selector.close()

    @property
    def open_count(self) -> int:
        """How many streams were answered and have not been closed."""
        return sum(stream.answered and stream.sock.fileno() >= 0 for stream in self._streams)

    def open(self, count: int) -> None:
        """Open so many, some at a time."""
        deadline = time.monotonic() + OPEN_SECONDS_MAX
        while len(self._streams) < count:
            group = [self._connect() for _ in range(min(AT_ONCE, count - len(self._streams)))]
            self._streams += group
            while not all(stream.answered for stream in group):
                self._read(0.5)
                if time.monotonic() > deadline:
                    raise NotMeasured(f"only {self.open_count} streams opened within {OPEN_SECONDS_MAX} seconds")

    def _connect(self) -> Stream:
        stream = Stream(socket.create_connection(self._address, timeout=OPEN_SECONDS_MAX))
        stream.sock.setblocking(False)
        stream.sock.send(self._request)
        self._selector.register(stream.sock, selectors.EVENT_READ, stream)
        return stream

    def read_for(self, seconds: float) -> None:
        """Take what comes, as browsers do."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)

    def seconds_until_all_know(self, change: Callable[[], object]) -> float:
        """Make a change from another thread; return the seconds from its beginning until every stream got news."""
        self.read_for(SETTLE_SECONDS)
        for stream in self._streams:
            stream.events = 0
        began = time.monotonic()
        writer = threading.Thread(target=change)
        writer.start()
        while any(not stream.events for stream in self._streams):
            self._read(0.05)
            if time.monotonic() - began > NEWS_SECONDS_MAX:
                raise NotMeasured(f"news did not reach all streams within {NEWS_SECONDS_MAX} seconds")
        took = time.monotonic() - began
        writer.join()
        return took

    def _read(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            self._take(key.data)

    def _take(self, stream: Stream) -> None:
        data = b""
        with contextlib.suppress(ConnectionError):
            data = stream.sock.recv(4096)
        if not data:
            self._selector.unregister(stream.sock)
            stream.sock.close()
            raise NotMeasured(f"a stream was closed by the server; {self.open_count} are open")
        if not stream.answered:
            if not data.startswith(b"HTTP/1.1 200"):
                raise NotMeasured(f"a stream was refused: {data[:120]!r}")
            stream.answered = True
        stream.events += data.count(b"event: touched")
