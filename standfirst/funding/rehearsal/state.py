"""What the rehearsal remembers: Stripe's objects, answers already given, and messages to send. One SQLite file."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

type Thing = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS things (number INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, parent TEXT, body TEXT);
CREATE INDEX IF NOT EXISTS things_by_parent ON things (kind, parent);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, question TEXT, status INTEGER, body TEXT);
CREATE INDEX IF NOT EXISTS things_by_time ON things (kind, json_extract(body, '$.created'));
CREATE TABLE IF NOT EXISTS due (number INTEGER PRIMARY KEY, at INTEGER, what TEXT, about TEXT);
CREATE INDEX IF NOT EXISTS due_by_time ON due (at, number);
CREATE TABLE IF NOT EXISTS deliveries (number INTEGER PRIMARY KEY, event TEXT, due_ms INTEGER, tries INTEGER);
"""
_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that is still to be accepted by the site."""

    number: int
    event_id: str
    tries: int


def now_ms() -> int:
    """Return the time in whole milliseconds."""
    return time.time_ns() // 1_000_000


class State:
    """All methods may be called from any thread; ``with state.change():`` makes several one."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-1000;" + _TABLES
        )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Write all or nothing; one writer at a time."""
        with self._lock:
            outermost, self._depth = self._depth == 0, self._depth + 1
            try:
                if outermost:
                    self._database.execute("BEGIN IMMEDIATE")
                yield
                if outermost:
                    self._database.execute("COMMIT")
            except BaseException:
                if outermost:
                    self._database.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def put(self, thing: Thing, *, parent: str = "") -> Thing:
        """Keep ``thing`` under its id; a parent given once stays."""
        with self._lock:
            self._database.execute(
                "INSERT INTO things (id, kind, parent, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (thing["id"], thing["object"], parent, json.dumps(thing)),
            )
        return thing

    def find(self, thing_id: str, kind: str) -> Thing | None:
        """Return the thing of that id and kind, or None."""
        with self._lock:
            row = self._database.execute(
                "SELECT body FROM things WHERE id = ? AND kind = ?", (thing_id, kind)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def of_kind(self, kind: str, *, parent: str | None = None, most: int = 100) -> list[Thing]:
        """Return things, newest first."""
        return self.page(kind, parent=parent, most=most)

    def page(
        self,
        kind: str,
        *,
        parent: str | None = None,
        most: int = 100,
        after: str = "",
        type: str | None = None,  # noqa: A002 - as Stripe calls it
        **created: int,
    ) -> list[Thing]:
        """Return things, newest first, from the one after ``after``; ``gte`` and the like bound when they were made."""
        clauses, values = ["kind = ?"], [kind]
        if parent is not None:
            clauses, values = [*clauses, "parent = ?"], [*values, parent]
        if after:
            clauses = [*clauses, "number < (SELECT number FROM things WHERE id = ?)"]
            values = [*values, after]
        if type is not None:
            clauses, values = [*clauses, "json_extract(body, '$.type') = ?"], [*values, type]
        bounds = [f"json_extract(body, '$.created') {_SIGNS[name]} {int(value)}" for name, value in created.items()]
        where = " AND ".join([*clauses, *bounds])
        with self._lock:
            rows = self._database.execute(
                f"SELECT body FROM things WHERE {where} ORDER BY number DESC LIMIT ?",  # noqa: S608 - ours
                (*values, most),
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def fall_due(self, at: int, what: str, about: str) -> None:
        """Have ``what`` happen to ``about`` at the second ``at``; an earlier wish of the same kind is forgotten."""
        with self._lock:
            self.forget_due(what, about)
            self._database.execute("INSERT INTO due (at, what, about) VALUES (?, ?, ?)", (at, what, about))

    def forget_due(self, what: str, about: str) -> None:
        """Forget that ``what`` was to happen to ``about``."""
        with self._lock:
            self._database.execute("DELETE FROM due WHERE what = ? AND about = ?", (what, about))

    def is_planned(self, what: str, about: str) -> bool:
        """Say whether ``what`` is to happen to ``about``."""
        with self._lock:
            found = self._database.execute("SELECT 1 FROM due WHERE what = ? AND about = ?", (what, about)).fetchone()
        return found is not None

    def take_due(self, until: int) -> tuple[int, str, str] | None:
        """Take the first thing out that falls due until the second ``until``."""
        with self._lock:
            row = self._database.execute(
                "SELECT number, at, what, about FROM due WHERE at <= ? ORDER BY at, number LIMIT 1", (until,)
            ).fetchone()
            if row is None:
                return None
            self._database.execute("DELETE FROM due WHERE number = ?", (row[0],))
        return row[1], row[2], row[3]

    def answer_of(self, key: str) -> tuple[str, int, Thing] | None:
        """Return the question that ``key`` came with, and its answer."""
        with self._lock:
            row = self._database.execute("SELECT question, status, body FROM answers WHERE key = ?", (key,)).fetchone()
        return (row[0], row[1], json.loads(row[2])) if row else None

    def keep_answer(self, key: str, question: str, status: int, body: Thing) -> None:
        """Remember an answer, for whoever asks again with the same key."""
        with self._lock:
            self._database.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", (key, question, status, json.dumps(body)))

    def schedule(self, event_id: str, due_ms: int) -> None:
        """Have a message sent at ``due_ms``."""
        with self._lock:
            self._database.execute("INSERT INTO deliveries (event, due_ms, tries) VALUES (?, ?, 0)", (event_id, due_ms))

    def due(self, at_ms: int) -> list[Delivery]:
        """Return the messages whose time has come."""
        with self._lock:
            rows = self._database.execute(
                "SELECT number, event, tries FROM deliveries WHERE due_ms <= ? ORDER BY due_ms, number", (at_ms,)
            ).fetchall()
        return [Delivery(*row) for row in rows]

    def next_due_ms(self) -> int | None:
        """Return when the next message is due, or None."""
        with self._lock:
            return self._database.execute("SELECT min(due_ms) FROM deliveries").fetchone()[0]  # type: ignore[no-any-return]

    def delivered(self, number: int) -> None:
        """Forget a message that was accepted or given up."""
        with self._lock:
            self._database.execute("DELETE FROM deliveries WHERE number = ?", (number,))

    def postpone(self, number: int, due_ms: int) -> None:
        """Send a message again later."""
        with self._lock:
            self._database.execute(
                "UPDATE deliveries SET due_ms = ?, tries = tries + 1 WHERE number = ?", (due_ms, number)
            )
