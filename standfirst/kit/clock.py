"""The time, asked in one place so that tests can pin it, and a rehearsal can move it.

A site in rehearsal may run ahead of the machine's clock, by what a file says that all of its
processes look at. Nothing else follows such a file: ``follow`` is called in rehearsal only.
"""

import contextlib
import os
import re
import tempfile
import time as machine
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LOOK_NS = 500_000_000  # half a second between two looks at the file: one system call each
# After two looks every process has followed, and nothing is kept that another made before its own look.
FOLLOWED_AFTER_SECONDS = 2 * LOOK_NS / 1e9
AHEAD_MAX = timedelta(days=20 * 366)  # a rehearsal of more years than this is a typing mistake
_AHEAD = re.compile(r"[0-9]{1,10}\n?")
_STEP = re.compile(r"\+([0-9]{1,6})([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class BadStep(ValueError):
    """What the clock was asked to do makes no sense; the message says what would."""


class _Follower:
    """What a file says, looked up again every half second."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._ahead = timedelta()
        self._looked_ns: int | None = None
        self._say_again = False

    def ahead(self) -> timedelta:
        at = machine.monotonic_ns()
        if self._looked_ns is None or at - self._looked_ns >= LOOK_NS:
            self._looked_ns = at
            self._look()
        return self._ahead

    def _look(self) -> None:
        before = self._ahead
        self._read()
        if self._ahead < before or self._say_again:
            # Said twice: until its own look, another process may still make things of the future.
            self._say_again = self._ahead < before
            for callback in _set_back:
                callback()

    def _read(self) -> None:
        try:
            found = self.path.stat()
        except OSError:
            self._seen, self._ahead = None, timedelta()
            return
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._seen:
            # A file that makes no sense changes nothing: ``rehearsal clock`` says what is wrong with it.
            with contextlib.suppress(OSError, ValueError):
                self._ahead = read_ahead(self.path)
            self._seen = stamp


_follower: _Follower | None = None
_set_back: list[Callable[[], object]] = []


def follow(path: Path | None) -> None:
    """Have ``now`` run ahead by what the file ``path`` says; None: by nothing. For rehearsals only."""
    global _follower  # noqa: PLW0603 - a process has one clock
    _follower = None if path is None else _Follower(path)


def when_set_back(callback: Callable[[], object]) -> None:
    """Have ``callback`` called when a rehearsal goes back in time, for what is kept until a moment of the future."""
    _set_back.append(callback)


def now() -> datetime:
    """Return the present moment, aware, in UTC: the machine's, or ahead of it in a rehearsal that moved the clock."""
    return machine_now() if _follower is None else machine_now() + _follower.ahead()


def ahead() -> timedelta:
    """Return by how much ``now`` runs ahead of the machine."""
    return timedelta() if _follower is None else _follower.ahead()


def machine_now() -> datetime:
    """Return the machine's own moment, for what no rehearsal moves: schedules, the change log, locks."""
    return datetime.now(tz=UTC)


def seconds() -> float:
    """Return ``now`` as seconds since 1970, for what is asked thousands of times a second."""
    return machine.time() if _follower is None else machine.time() + _follower.ahead().total_seconds()


def read_ahead(path: Path) -> timedelta:
    """Return by how much the file ``path`` moves the clock; nothing if there is none. BadStep if it makes no sense."""
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        return timedelta()
    except UnicodeDecodeError as error:
        raise BadStep(f"{path} does not hold a number of seconds") from error
    ahead = timedelta(seconds=int(text)) if _AHEAD.fullmatch(text) else None
    if ahead is None or ahead > AHEAD_MAX:
        raise BadStep(f"{path} does not hold a number of seconds")
    return ahead


def move(path: Path, step: str) -> datetime:
    """Move the clock that follows ``path`` by ``step`` (``+30d``, ``+2h``, ``+15m``, ``+1w``) or back to ``now``.

    Returns the new moment. Steps add up and only lead forward; BadStep for anything else.
    """
    if step == "now":
        path.unlink(missing_ok=True)
        return machine_now()
    match = _STEP.fullmatch(step)
    if match is None:
        raise BadStep(f"expected +30d, +2h, +15m, +1w or now, got {step!r}; the clock goes back by now only")
    ahead = read_ahead(path) + int(match[1]) * _UNITS[match[2]]
    if ahead > AHEAD_MAX:
        raise BadStep(f"{step} would lead more than twenty years ahead; go back with now first")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{int(ahead.total_seconds())}\n")
    Path(draft).replace(path)
    return machine_now() + ahead


def months_after(anchor: datetime, months: int) -> datetime:
    """Return the moment ``months`` after ``anchor``; where that day does not exist, the month's last day."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    day = min(anchor.day, monthrange(year, month + 1)[1])
    return anchor.replace(year=year, month=month + 1, day=day)


def local_date(zone: ZoneInfo, at: datetime | None = None) -> date:
    """Return the calendar date in ``zone`` at the moment ``at`` (default: now)."""
    return (at or now()).astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of ``day`` in ``zone``, in UTC.

    Where a clock change skips midnight, ``fold=0`` reads the gap with the offset before it,
    which is exactly the first moment that exists; where midnight comes twice, the first counts.
    """
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def next_midnight(zone: ZoneInfo, at: datetime | None = None) -> datetime:
    """Return the moment at which the calendar date in ``zone`` changes next, in UTC."""
    return midnight(local_date(zone, at) + timedelta(days=1), zone)


def first_of_month(day: date) -> date:
    """Return the first day of the month of ``day``."""
    return day.replace(day=1)


def first_of_next_month(day: date) -> date:
    """Return the first day of the month after that of ``day``."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
