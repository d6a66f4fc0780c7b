"""Settling messages beside the requests that brought them: who sends one waits until it is kept, no longer.

On PostgreSQL a process of its own does it: Python runs one thread at a time, and settling takes three times as long as
keeping. On SQLite a thread beside the requests does, in each process that answers: one writes at a time anyway, and a
process takes memory. Where neither was started (a command, a test) whoever brings a message settles it. Messages that
are left behind, as a process ends or the database is away, are the scheduler's.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from django.db import DatabaseError, close_old_connections, connection

from standfirst.funding.payments import inbox

THREADS = 2  # one asks and reads while the other books
THREADS_ON_SQLITE = 1  # one writes at a time, and whoever else wants to has its turn while this one asks
BREATH_MS = 4  # on SQLite, for each message: about as long as it was booked
GATHER_MS = 100  # on PostgreSQL, after a batch that was not full: a payment's messages come close together

log = logging.getLogger(__name__)
_news = threading.Event()
_started = threading.Event()
_threads: list[threading.Thread] = []
_bell: list[int] = []  # the pipe by which the process that settles is woken, if there is one


def forked(begin: Callable[[], None]) -> int:
    """Fork a child that calls ``begin()`` and settles what comes; return its process id.

    It ends when nobody is left who could bring a message: this process, and those that are forked from it later.
    Call it while this process has one thread and no connection to the database.
    """
    heard, rung = os.pipe()
    pid = os.fork()
    if pid:
        os.close(heard)
        os.set_blocking(rung, False)
        _bell.append(rung)
        return pid
    status = 1
    try:
        os.close(rung)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the supervisor
        begin()
        start()
        while os.read(heard, 4096):
            _news.set()
        stop()
        status = 0
    finally:
        os._exit(status)


def start() -> None:
    """Have this process settle what comes, from now until it ends; what waits already, too."""
    _started.set()
    _news.set()
    for _ in range(THREADS if connection.vendor == "postgresql" else THREADS_ON_SQLITE):
        thread = threading.Thread(target=_settle_what_comes, name="settler", daemon=True)
        thread.start()
        _threads.append(thread)


def stop() -> None:
    """End the threads, each after the batch that it has begun."""
    _started.clear()
    _news.set()
    while _threads:
        _threads.pop().join()


def settle(waiting: Iterable[int]) -> None:
    """Have these messages settled soon: by the process or threads for it, or here and now if there are none."""
    if _bell:
        with suppress(BlockingIOError, BrokenPipeError):  # it has been rung already; or it has ended and begins anew
            os.write(_bell[0], b".")
        return
    if _started.is_set():
        _news.set()
        return
    for event_pk in waiting:
        try:
            inbox.process(event_pk)
        except DatabaseError:
            log.warning("message %s is left to the scheduler", event_pk, exc_info=True)


def _rest(settled: int) -> None:
    """Wait a moment after a batch.

    On SQLite one writes at a time, and those who wait look again only now and then. On PostgreSQL ten messages that
    are asked about and booked together cost less than half of ten for themselves, and nobody waits for more than these.
    """
    if connection.vendor == "sqlite":
        time.sleep(settled * BREATH_MS / 1000)
    elif settled < inbox.batch_max():
        time.sleep(GATHER_MS / 1000)


def _settle_what_comes() -> None:
    while _news.wait() and _started.is_set():
        _news.clear()  # before looking: what comes from here on is seen, or wakes again
        close_old_connections()
        try:
            while _started.is_set() and (taken := inbox.process_due()):
                _rest(taken)
        except Exception:
            # Said and gone on with: a thread that ends would leave everything to the scheduler for good.
            log.exception("messages are left to the scheduler")
    connection.close()
