"""The ledger as a file that anybody can download and prove: written and read here, without a database.

Two formats hold the same rows: CSV with a heading, and JSON with one row a line between two
brackets. ``check`` recomputes every hash; rows of other months may be missing between those of one.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Any, TextIO

from standfirst.kit import chain
from standfirst.kit.chain import Entry, Head, Problem

ROW_CHARACTERS_MAX = 4_000  # a row has about 500
PROBLEMS_SHOWN_MAX = 50
_NUMBERS = frozenset({"number", "amount_minor"})


@dataclass(frozen=True, slots=True)
class PublicRow:
    """What everybody may see of a transfer, and its place in the chain."""

    number: int
    hash_before: str
    recorded_at: str
    day: str
    debit: str
    credit: str
    amount_minor: int
    currency: str
    mode: str
    campaign: str
    month: str
    commitment: str
    hash: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file turned out to be."""

    rows: int
    first: int
    last: Head
    problems: list[Problem]


class UnreadableFile(ValueError):
    """The file is no ledger; the message says where it stops making sense."""


COLUMNS = tuple(field.name for field in fields(PublicRow))
_values = attrgetter(*COLUMNS)  # a month has many rows: asdict() would copy each value


def public(entry: Entry) -> PublicRow:
    """Return an entry of the ledger's chain with its fields by name."""
    return PublicRow(entry.number, entry.hash_before, *entry.fields, entry.hash)  # type: ignore[call-arg, arg-type]


def as_csv(rows: Iterable[PublicRow]) -> Iterator[str]:
    """Yield the lines of the CSV file."""
    yield ",".join(COLUMNS) + "\r\n"
    line = io.StringIO()
    write = csv.writer(line).writerow
    for row in rows:
        write(_values(row))
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def as_json(rows: Iterable[PublicRow]) -> Iterator[str]:
    """Yield the lines of the JSON file: a list, a row a line."""
    before, write = "[\n", json.JSONEncoder(separators=(",", ":")).encode
    for row in rows:
        yield before + write(dict(zip(COLUMNS, _values(row), strict=True)))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def check(path: Path) -> Checked:
    """Recompute every hash of a downloaded file. OSError if it cannot be read, UnreadableFile if it is none."""
    rows, first, last = 0, 0, chain.START

    def counted(entries: Iterator[Entry]) -> Iterator[Entry]:
        nonlocal rows, first, last
        for entry in entries:
            rows += 1
            first = min(first or entry.number, entry.number)
            if entry.number > last.number:
                last = Head(entry.number, entry.hash)
            yield entry

    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            problems = list(chain.problems_of_part(counted(_read(file))))
        except UnicodeDecodeError as error:
            raise UnreadableFile("it is no text in UTF-8") from error
    return Checked(rows, first, last, problems)


def _read(file: TextIO) -> Iterator[Entry]:
    start = file.read(1)
    file.seek(0)
    rows = _read_json(file) if start == "[" else _read_csv(file)
    for place, row in enumerate(rows, 1):
        try:
            values = {name: int(row[name]) if name in _NUMBERS else str(row[name]) for name in COLUMNS}
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableFile(f"row {place} lacks what a row of the ledger has ({error})") from error
        covered = tuple(values[name] for name in COLUMNS[2:-1])
        yield Entry(int(values["number"]), str(values["hash_before"]), covered, str(values["hash"]))


def _read_csv(file: TextIO) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(file)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise UnreadableFile("its first line is not the heading of a ledger")
    try:
        yield from reader
    except csv.Error as error:
        raise UnreadableFile(str(error)) from error


def _read_json(file: TextIO) -> Iterator[dict[str, Any]]:
    for place, line in enumerate(iter(lambda: file.readline(ROW_CHARACTERS_MAX), ""), 1):
        text = line.strip().strip(",").strip()
        if text in {"[", "]", "[]", ""}:
            continue
        try:
            row = json.loads(text)
        except ValueError as error:
            raise UnreadableFile(f"line {place} is not a row of JSON") from error
        if not isinstance(row, dict):
            raise UnreadableFile(f"line {place} is not a row of JSON")
        yield row
