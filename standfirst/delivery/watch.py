"""Keeps one process up with the change log, whoever wrote: this process, another, or another machine.

A commit in this process is followed at once, in the thread that committed. For all others a
thread waits for news (SQLite: ``PRAGMA data_version`` differs; PostgreSQL: ``NOTIFY``). News
may be lost; the log is not: every look reads on from the last change that was followed.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, connection

from standfirst.delivery import changes

LOOK_EVERY_SECONDS = 0.02  # on SQLite; a look costs 4 µs
LOOK_AT_LEAST_EVERY_SECONDS = 1.0  # on PostgreSQL, should a notification be lost
CERTAIN_SECONDS_MAX = 2.0  # twice that; a process that heard nothing for longer may have been cut off
RETRY_SECONDS_MAX = 2.0
BLIND_SECONDS_MAX = 600  # the log is kept for longer; after that nothing in memory is trusted

type Change = tuple[int, str]

log = logging.getLogger(__name__)


class Watcher:
    """Follows the change log and passes on what it reads, in order."""

    def __init__(self, *, tell: Callable[[Sequence[Change]], None], lost: Callable[[], None]) -> None:
        self._tell = tell
        self._lost = lost
        self._lock = threading.Lock()
        self._looked_at = time.monotonic()
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self.reached = 0

    def start(self) -> None:
        """Begin at the present end of the log; a second call does nothing."""
        with self._lock:
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self.reached = changes.head()
        changes.listen(self.catch_up)
        self._thread.start()

    def stop(self) -> None:
        """Stop looking, and wait until the thread has let go of its connection."""
        changes.listen_no_more(self.catch_up)
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def certain(self) -> bool:
        """Say whether the log was looked at just now, so that a page may be called new by it."""
        return time.monotonic() - self._looked_at < CERTAIN_SECONDS_MAX

    def catch_up(self) -> None:
        """Follow everything that has been committed."""
        with self._lock:
            if time.monotonic() - self._looked_at > BLIND_SECONDS_MAX:
                self.reached = changes.head()  # first: what commits while all is forgotten is followed below
                self._lost()
            while found := changes.since(self.reached):
                self._tell(found)
                self.reached = found[-1][0]
                if len(found) < changes.SINCE_MAX:
                    break
            self._looked_at = time.monotonic()

    def follow(self) -> None:
        """Catch up in a thread that may hold a connection that broke meanwhile: it is opened anew.

        If the database is away, the watching thread catches up when it is back.
        """
        for _ in range(2):
            try:
                self.catch_up()
            except (DatabaseError, InterfaceError) as error:
                log.warning("the change log could not be followed at once: %s", error)
                connection.close()
            else:
                return

    def _watch(self) -> None:
        wait = 0.05
        while not self._stopped.is_set():
            try:
                self.catch_up()
                wait = 0.05
                self._wait_for_news()
            except Exception as error:  # noqa: BLE001 - a watcher that ends leaves its process stale for good
                log.warning("the change log cannot be read: %s", error)
                self._stopped.wait(wait)
                wait = min(wait * 2, RETRY_SECONDS_MAX)
            finally:
                connection.close()

    def _wait_for_news(self) -> None:
        """Catch up each time there is news, until the connection breaks."""
        connection.ensure_connection()
        raw = connection.connection
        if connection.vendor == "postgresql":
            raw.execute(f"LISTEN {changes.CHANNEL}")
            while not self._stopped.is_set():
                self.catch_up()
                for _ in raw.notifies(timeout=LOOK_AT_LEAST_EVERY_SECONDS, stop_after=1):
                    pass
        seen = -1
        while not self._stopped.is_set():
            (version,) = raw.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                self.catch_up()
            else:
                self._looked_at = time.monotonic()
            self._stopped.wait(LOOK_EVERY_SECONDS)
