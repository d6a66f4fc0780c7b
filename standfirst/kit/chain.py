"""A chain of hashes: each entry covers the one before, so nothing can be changed, dropped or slipped in unseen.

Pure, and plain enough to be done again by anybody: the hash of an entry is the SHA-256 of a
JSON list without spaces, ASCII only: its number, the hash before it, and its fields in order.
What must not be public is covered by a commitment: the SHA-256 of such a list that begins with
a random salt, without which nobody can try out what it might say.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

GENESIS = "0" * 64  # the hash before the first entry
type Field = str | int | None
type Wrong = Literal["changed", "not after the one before", "out of line"]
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Entry:
    """One link: its number (from 1), the hash before it, what it covers, and its own hash."""

    number: int
    hash_before: str
    fields: tuple[Field, ...]
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An entry that does not fit, and how."""

    number: int
    wrong: Wrong


START = Head(0, GENESIS)


def hash_of(number: int, hash_before: str, fields: Iterable[Field]) -> str:
    """Return the hash that an entry must have, as 64 hexadecimal digits."""
    return _digest([number, hash_before, *fields])


def commitment(salt: str, hidden: Iterable[Field]) -> str:
    """Return the hash that stands for what is not shown. ``salt`` is random and as secret as that."""
    return _digest([salt, *hidden])


def link(head: Head, fields: Iterable[Field]) -> Entry:
    """Return the entry that follows ``head``."""
    covered = tuple(fields)
    number = head.number + 1
    return Entry(number, head.hash, covered, hash_of(number, head.hash, covered))


def problems(entries: Iterable[Entry], *, after: Head = START) -> Iterator[Problem]:
    """Yield what is wrong with a whole chain, given in order, from the entry after ``after`` on."""
    number, before = after.number, after.hash
    for entry in entries:
        if entry.number != number + 1:
            yield Problem(entry.number, "out of line")
        if entry.hash_before != before:
            yield Problem(entry.number, "not after the one before")
        if hash_of(entry.number, entry.hash_before, entry.fields) != entry.hash:
            yield Problem(entry.number, "changed")
        number, before = entry.number, entry.hash


def problems_of_part(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Yield what is wrong with some entries of a chain, in any order; between two neighbours the hashes must meet."""
    seen: set[int] = set()
    ends: dict[int, str] = {}  # hashes that no follower has met yet
    starts: dict[int, str] = {}  # hashes before, whose entry was not there yet
    for entry in entries:
        if entry.number in seen:
            yield Problem(entry.number, "out of line")
            continue
        seen.add(entry.number)
        if hash_of(entry.number, entry.hash_before, entry.fields) != entry.hash:
            yield Problem(entry.number, "changed")
        if ends.pop(entry.number - 1, entry.hash_before) != entry.hash_before:
            yield Problem(entry.number, "not after the one before")
        elif entry.number - 1 not in seen:
            starts[entry.number - 1] = entry.hash_before
        if starts.pop(entry.number, entry.hash) != entry.hash:
            yield Problem(entry.number + 1, "not after the one before")
        elif entry.number + 1 not in seen:
            ends[entry.number] = entry.hash


def _digest(values: list[Field]) -> str:
    return hashlib.sha256(_encode(values).encode("ascii")).hexdigest()
