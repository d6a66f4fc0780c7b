"""A month of 50,000 gifts: the meter, the pages and the files that show it. On DATABASE_URL or on SQLite."""

import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.report import Row
from bench.servers import fetch
from bench.site import COMMAND, Served, Site

TRANSFERS = 155_000  # of which a third are gifts: 51,000 of them, all in the running month
METER_MS_MAX, DOWNLOAD_MIB_MAX, OTHERS_MS_MAX = 1, 64, 500


def measure(site: Site, *, rounds: int) -> list[Row]:
    """Fill a site of its own, then read it: in one process first, over HTTP afterwards."""
    del site
    database = "PostgreSQL" if "DATABASE_URL" in os.environ else "SQLite"
    with tempfile.TemporaryDirectory(prefix="standfirst-bench-") as name:
        book = Site(Path(name) / "book")
        for arguments in (["init", str(book.folder)], ["migrate", "--site", str(book.folder)]):
            subprocess.run([COMMAND, *arguments], check=True, capture_output=True)
        made = book.run("bench.book", str(TRANSFERS), "--this-month")
        read = book.run("bench.month_read", "--rounds", str(rounds * 20))
        with book.served() as served:
            files = list(_downloads(served, read["month"]))
    what = f"{made['payments']:,} gifts in the month, on {database}"
    meter, equal = read["meter_ms"], read["meter_minor"] == read["counted_minor"]
    pages = [
        Row(f"{page['what']}, {what}", f"{page['ms']:.0f} ms, {page['queries']} queries") for page in read["pages"]
    ]
    return [
        Row(
            f"meter read from the kept sums, {what}",
            f"{meter:.2f} ms, {read['meter_queries']} queries, {'' if equal else 'not '}the sum of all transfers",
            f"≤ {METER_MS_MAX} ms, equal",
            meter <= METER_MS_MAX and equal,
        ),
        *pages,
        *files,
    ]


def _downloads(served: Served, month: str) -> Iterator[Row]:
    """Fetch the month's files; what the processes grow by meanwhile, and how long another reader waits."""
    fetch(f"{served.url}/funding/{month}/")
    for kind in ("csv", "json"):
        path = f"/funding/{month}/ledger.{kind}"
        before, began = served.memory_mib, time.monotonic()
        size, most = _sizes(served, path)
        seconds = time.monotonic() - began
        yield Row(
            f"that month's ledger as {kind.upper()}, {size / 1_000_000:.0f} MB",
            f"{seconds:.1f} s; all processes grow by {max(most - before, 0):.0f} MiB at most",
            f"≤ {DOWNLOAD_MIB_MAX} MiB",
            most - before <= DOWNLOAD_MIB_MAX,
        )
    with _slow_readers(served, f"/funding/{month}/ledger.json"):
        began = time.monotonic()
        fetch(f"{served.url}/search/?q=boat")
        waited = (time.monotonic() - began) * 1_000
    yield Row(
        f"another reader's page while {SLOW_READERS} take that file and read nothing of it",
        f"{waited:.0f} ms",
        f"≤ {OTHERS_MS_MAX} ms",
        waited <= OTHERS_MS_MAX,
    )


def _sizes(served: Served, path: str) -> tuple[int, float]:
    """Return how many bytes came, and the most memory that was seen meanwhile, in MiB."""
    connection = http.client.HTTPConnection(urlsplit(served.url).netloc, timeout=120)
    connection.request("GET", path)
    size, most = 0, served.memory_mib
    with connection.getresponse() as answer:
        while piece := answer.read(4_000_000):
            size += len(piece)
            most = max(most, served.memory_mib)
    connection.close()
    return size, most


SLOW_READERS = 4
SECONDS_UNTIL_MADE_MAX = 300


@contextmanager
def _slow_readers(served: Served, path: str) -> Iterator[None]:
    """Readers who ask for a file and take no more than its first byte; the block begins when each has that."""
    address = urlsplit(served.url)
    sockets = []
    try:
        for _ in range(SLOW_READERS):
            each = socket.create_connection((str(address.hostname), int(address.port or 80)), SECONDS_UNTIL_MADE_MAX)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            each.sendall(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            sockets.append(each)
        for each in sockets:
            each.recv(1)
        yield
    finally:
        for each in sockets:
            each.close()
