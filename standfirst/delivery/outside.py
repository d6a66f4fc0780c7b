"""Durable followers that call another server, and so may take long or fail for hours.

A call never runs inside a transaction: the changes are read, the call is made, the cursor is
moved. Whatever dies in between, a change is handed over at least once, never lost; so what
such a follower does must be harmless to repeat. Each runs in a thread of its own.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile

from django.db import connection

from standfirst.delivery import changes
from standfirst.delivery.models import ERROR_LENGTH_MAX, Change, Cursor
from standfirst.kit import clock

BATCH = 10_000  # changes handed over at once; their keys are few
LOOK_EVERY_SECONDS = 0.5  # a look is one short read
PAUSE_SECONDS_MAX = 60.0  # between two tries
CLOCK_OFF_MAX = timedelta(minutes=1)  # a change from further in the future was written by a wrong clock

type Follow = Callable[[Sequence[tuple[int, str]]], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outside:
    """What calls another server, how old a change must be for it, and the keys it is handed when its process starts."""

    follow: Follow
    delay: timedelta = timedelta(0)
    at_start: tuple[str, ...] = ()


_outside: dict[str, Outside] = {}


def register(name: str, what: Outside) -> None:
    """Register a follower, in every process of the site: ``doctor`` and the trimming of the log have to know it."""
    _outside[name] = what


def outside_followers() -> Mapping[str, Outside]:
    """Return the registered followers by name."""
    return dict(_outside)


class Runner:
    """Brings one follower along the log, step by step."""

    def __init__(self, name: str, what: Outside) -> None:
        self.name = name
        self._what = what
        self._at_start = what.at_start

    def step(self) -> bool:
        """Hand over what is due; say whether anything was. No lock is held while the follower works."""
        cursor, _new = Cursor.objects.get_or_create(
            follower=self.name, defaults={"change_id": changes.head(), "moved_at": clock.machine_now()}
        )
        if cursor.tries and clock.machine_now() < cursor.moved_at + timedelta(seconds=pause_seconds(cursor.tries)):
            return False
        found = ripe(cursor.change_id, delay=self._what.delay)
        if not found and not self._at_start:
            return False
        try:
            self._what.follow([*((cursor.change_id, key) for key in self._at_start), *found])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is stored, said once and tried again
            self._failed(cursor, error)
            return False
        self._at_start = ()
        self._passed(cursor, found[-1][0] if found else cursor.change_id)
        return True

    def _passed(self, cursor: Cursor, change_id: int) -> None:
        if cursor.tries:
            log.warning("follower %s goes on after %d failures", self.name, cursor.tries)
        # If another process has moved it meanwhile, that stands: the cursor never goes back.
        Cursor.objects.filter(follower=self.name, change_id=cursor.change_id).update(
            change_id=change_id, tries=0, error="", moved_at=clock.machine_now()
        )

    def _failed(self, cursor: Cursor, error: Exception) -> None:
        said = f"{type(error).__name__}: {error}"[:ERROR_LENGTH_MAX]
        if not cursor.tries:
            log.warning("follower %s failed and will be tried again: %s", self.name, said)
        Cursor.objects.filter(follower=self.name, change_id=cursor.change_id).update(
            tries=cursor.tries + 1, error=said, moved_at=clock.machine_now()
        )

    def run(self, stop: threading.Event) -> None:
        """Follow until ``stop`` is set; outlive a database that is away."""
        well = True
        while not stop.wait(LOOK_EVERY_SECONDS):
            try:
                self.step()
                well = True
            except Exception:
                if well:
                    log.exception("follower %s", self.name)
                well = False
                connection.close()
        connection.close()


def pause_seconds(tries: int) -> float:
    """Return how long to wait after ``tries`` failures in a row: 1, 2, 4 … seconds, a minute at the most."""
    return float(min(2 ** min(tries - 1, 10), PAUSE_SECONDS_MAX))


def ripe(cursor: int, *, delay: timedelta) -> list[tuple[int, str]]:
    """Return ``(id, key)`` of the changes after ``cursor`` up to the first that is younger than ``delay``."""
    now = clock.machine_now()
    rows = Change.objects.filter(id__gt=cursor).order_by("id").values_list("id", "key", "at")[:BATCH]
    due = takewhile(lambda row: row[2] <= now - delay or row[2] > now + CLOCK_OFF_MAX, rows)
    return [(number, key) for number, key, _ in due]


def start(stop: threading.Event) -> list[threading.Thread]:
    """Start a thread for each registered follower; each ends soon after ``stop`` is set."""
    threads = [
        threading.Thread(target=Runner(name, what).run, args=(stop,), name=f"follower {name}", daemon=True)
        for name, what in outside_followers().items()
    ]
    for thread in threads:
        thread.start()
    return threads
