"""What an import did: for each kind how much came in, and each thing that did not, with the reason.

An archive can leave out a million things, so the lines lie in a temporary database of
SQLite's own (in memory while small, on disk unnamed when large) and not in lists.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from standfirst.importers.scratch import scratch


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A thing that did not come in. ``line`` is where it stands in the file, 0 if unknown."""

    kind: str
    name: str
    reason: str
    line: int


class Report:
    """Counts and lines of one import."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.known: Counter[str] = Counter()
        self.renewed: Counter[str] = Counter()
        self._rows = scratch(self)
        self._rows.execute("CREATE TABLE left_out (kind TEXT, name TEXT, reason TEXT, line INTEGER)")
        self._rows.execute("CREATE TABLE notes (name TEXT, what TEXT, UNIQUE (name, what))")

    def take(self, kind: str, count: int = 1) -> None:
        """Count things that came in."""
        if count:
            self.taken[kind] += count

    def know(self, kind: str, count: int = 1) -> None:
        """Count things that had come in before."""
        if count:
            self.known[kind] += count

    def renew(self, kind: str) -> None:
        """Count a thing that came in before and is more complete now."""
        self.renewed[kind] += 1

    def leave_out(self, kind: str, name: str, reason: str, *, line: int = 0) -> None:
        """Remember a thing that did not come in, and why."""
        self._rows.execute("INSERT INTO left_out VALUES (?, ?, ?, ?)", [kind, name[:200], reason[:500], line])

    def note(self, name: str, what: str) -> None:
        """Remember that a thing came in otherwise than it was."""
        self._rows.execute("INSERT OR IGNORE INTO notes VALUES (?, ?)", [name[:200], what[:500]])

    @property
    def changed_nothing(self) -> bool:
        """Whether all there is had come in before."""
        return not self.taken and not self.renewed

    def left_out(self) -> Iterator[LeftOut]:
        """Yield what did not come in, by kind and reason."""
        rows = self._rows.execute("SELECT kind, name, reason, line FROM left_out ORDER BY kind, reason, line, rowid")
        for kind, name, reason, line in rows:
            yield LeftOut(kind, name, reason, line)

    def notes(self) -> Iterator[tuple[str, str]]:
        """Yield what came in otherwise than it was, in the order of the file."""
        yield from self._rows.execute("SELECT name, what FROM notes ORDER BY rowid")

    def lines(self, *, dry_run: bool = False) -> Iterator[str]:
        """Yield the report as lines of text."""
        yield from self._counts(dry_run=dry_run)
        yield from self._left_out_lines()
        yield from self._note_lines()

    def _counts(self, *, dry_run: bool) -> Iterator[str]:
        yield "Would come in:" if dry_run else "Came in:"
        kinds = list(dict.fromkeys([*self.taken, *self.renewed, *self.known]))
        if not kinds:
            yield "  nothing"
        for kind in kinds:
            parts = [f"{self.taken[kind]:>7,}"]
            if self.renewed[kind]:
                parts.append(f"{self.renewed[kind]:,} completed with pictures that were missing")
            if self.known[kind]:
                parts.append(f"{self.known[kind]:,} had come in before")
            yield f"  {kind:<22}" + ", ".join(parts)

    def _left_out_lines(self) -> Iterator[str]:
        group = None
        for row in self.left_out():
            if group is None:
                yield ""
                yield "Left out:"
            if (row.kind, row.reason) != group:
                group = (row.kind, row.reason)
                count = self._rows.execute("SELECT count(*) FROM left_out WHERE kind = ? AND reason = ?", group)
                yield f"  {row.kind}: {count.fetchone()[0]:,} – {row.reason}"
            yield f"      line {row.line}: {row.name}" if row.line else f"      {row.name}"

    def _note_lines(self) -> Iterator[str]:
        name = None
        for each, what in self.notes():
            if name is None:
                yield ""
                yield "Worth a look:"
            if each != name:
                name = each
                yield f"  {name}"
            yield f"      {what}"
