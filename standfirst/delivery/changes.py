"""The log of changes: what verbs write, and what every follower reads.

A verb is a function that changes the database. ``@verb`` runs it in one transaction,
collects the keys that it touches, and appends them to the log as the last thing before
the commit: a change and the news of it stand or fall together, and the log's order is
the order of the commits (one writer at a time on SQLite; on PostgreSQL an advisory lock
held from the append to the commit).
"""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from inspect import Parameter, signature
from threading import RLock
from typing import Any

from django.db import connection, transaction

from standfirst.delivery.models import KEY_LENGTH_MAX
from standfirst.kit import clock

CHANNEL = "standfirst_changes"  # PostgreSQL's LISTEN/NOTIFY channel
SINCE_MAX = 10_000  # changes read at once
_LOG_LOCK = 0x5374616E64  # the advisory lock's number: any constant will do
_LOCK = f"SELECT pg_advisory_xact_lock({_LOG_LOCK})"
_NOTIFY = f"SELECT pg_notify('{CHANNEL}', '')"

type LastWork = Callable[[list[Any]], None]


@dataclass(slots=True)
class _Recording:
    """What the outermost verb that runs has collected."""

    keys: dict[str, None] = field(default_factory=dict)
    last_work: dict[LastWork, list[Any]] = field(default_factory=dict)


_recording: ContextVar[_Recording | None] = ContextVar("recording", default=None)
_verbs: dict[str, Callable[..., Any]] = {}
_listeners: list[Callable[[], None]] = []
_one_writer: Any = RLock()  # of this process, or of those that share it; others are kept away by the database


class TouchOutsideVerb(RuntimeError):
    """``touch`` was called where no transaction stands that could carry the news."""


def verb[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Make ``function`` a verb: keyword-only, one transaction, its touches logged at the end.

    A verb that calls a verb shares the outer one's transaction and log entry.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with recording():
            return function(*args, **kwargs)

    _register(function, run)
    return run


def statement[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Make ``function`` a verb that is one statement and touches nothing.

    The database makes a statement all or nothing by itself: a transaction around it asks PostgreSQL twice more.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with _turn():
            return function(*args, **kwargs)

    _register(function, run)
    return run


def _register(function: Callable[..., Any], run: Callable[..., Any]) -> None:
    for parameter in signature(function).parameters.values():
        if parameter.kind is not Parameter.KEYWORD_ONLY:
            raise TypeError(f"{function.__qualname__}: a verb takes keyword arguments only ({parameter.name})")
    _verbs[f"{function.__module__}.{function.__qualname__}"] = run


def all_verbs() -> Mapping[str, Callable[..., Any]]:
    """Return every verb that has been imported, by dotted name."""
    return dict(sorted(_verbs.items()))


@contextmanager
def recording() -> Iterator[None]:
    """Open a transaction whose touches are logged at its end. For code that cannot be a ``verb``."""
    if _recording.get() is not None:
        with transaction.atomic():
            yield
        return
    recording = _Recording()
    with _turn(), transaction.atomic():
        token = _recording.set(recording)
        try:
            yield
            _finish(recording)
        finally:
            _recording.reset(token)  # before the commit: what runs after it records for itself


def share_turns() -> None:
    """Have the processes that are forked from this one, from now on, take turns with each other.

    If one of them is killed in its turn, the others wait for good: whoever forks them ends all of them together.
    """
    global _one_writer  # noqa: PLW0603 - once, before anybody writes
    _one_writer = multiprocessing.get_context("fork").RLock()


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until this thread may write. On SQLite there is one writer at a time.

    Those who wait in the database try again after ever longer pauses, so that the unlucky ones wait for a second;
    here the next one begins at once. Whoever writes already has had their turn.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with _one_writer:
        yield


def touch(*keys: str) -> None:
    """Say that what is shown under ``keys`` has changed. Only inside a verb."""
    recording = _recording.get()
    if recording is None:
        raise TouchOutsideVerb(", ".join(keys))
    for key in keys:
        if not key or len(key) > KEY_LENGTH_MAX:
            raise ValueError(f"a key has 1 to {KEY_LENGTH_MAX} characters: {key!r}")
        recording.keys[key] = None


def before_log(work: LastWork, item: Any) -> None:
    """Have ``work`` called once, with all items given for it, as the last thing before the log is appended.

    It runs inside the outermost verb's transaction and under the log's lock: one at a time, in the
    order of the commits, so it should be short. It may ``touch``. What a nested verb that was
    refused has given is among the items: look whether its rows are there. Only inside a verb.
    """
    recording = _recording.get()
    if recording is None:
        raise TouchOutsideVerb(work.__qualname__)
    recording.last_work.setdefault(work, []).append(item)


def listen(callback: Callable[[], None]) -> None:
    """Have ``callback`` called in this process after each commit that touched a key.

    It runs in the thread that committed, before the verb's caller goes on.
    """
    if callback not in _listeners:
        _listeners.append(callback)


def listen_no_more(callback: Callable[[], None]) -> None:
    """Take back ``listen``."""
    if callback in _listeners:
        _listeners.remove(callback)


# Written out: these are asked several times for each write, and Django takes ten times as long to write them.
_HEAD = "SELECT MAX(id) FROM delivery_change"
_SINCE = 'SELECT id, "key" FROM delivery_change WHERE id > %s ORDER BY id LIMIT %s'


def head() -> int:
    """Return the id of the newest change, 0 if there was none."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD)
        (newest,) = cursor.fetchone()
    return newest or 0


def since(cursor: int, *, limit: int = SINCE_MAX) -> list[tuple[int, str]]:
    """Return ``(id, key)`` of the changes after ``cursor``, oldest first."""
    with connection.cursor() as asked:
        asked.execute(_SINCE, [cursor, limit])
        found: list[tuple[int, str]] = asked.fetchall()
    return found


def _finish(recording: _Recording) -> None:
    if recording.last_work and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
    for work, items in recording.last_work.items():
        work(items)
    _append(list(recording.keys))


def _append(keys: list[str]) -> None:
    if not keys:
        return
    at = clock.machine_now()
    places = ", ".join(["(%s, %s)"] * len(keys))
    statement = f'INSERT INTO delivery_change ("key", at) VALUES {places}'  # noqa: S608 - places alone
    if connection.vendor == "postgresql":
        # In one question, as all who write wait for whoever holds the log's lock: it is taken first in any case.
        statement = f"{_LOCK}; {statement}; {_NOTIFY}"
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(statement, [given for key in keys for given in (key, moment)])
    transaction.on_commit(_tell_listeners)


def _tell_listeners() -> None:
    for callback in tuple(_listeners):
        callback()
