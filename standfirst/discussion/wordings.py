"""How the wordings of a comment differ, word by word, for whoever decides about it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from standfirst.discussion.models import Revision

COMPARED_MAX = 1_000_000  # pairs of words; above, what differs is shown as one piece: a page must not take seconds
_PIECE = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: ``kind`` is "same", "added" or "removed"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording, and how it differs from the one before."""

    revision: Revision
    pieces: tuple[Piece, ...]


def changes(revisions: Sequence[Revision]) -> list[Wording]:
    """Return each wording but the first beside what it changed, in the order given: newest first."""
    return [Wording(newer, difference(older.text, newer.text)) for newer, older in pairwise(revisions)]


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """Return ``after`` with what was added to and removed from ``before``, in words. Bounded by COMPARED_MAX."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    start = _alike(zip(old, new, strict=False))
    end = _alike(zip(reversed(old[start:]), reversed(new[start:]), strict=False))
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece("same", "".join(old[:start])), *_middle(middle_old, middle_new)]
    pieces.append(Piece("same", "".join(old[len(old) - end :])))
    return tuple(piece for piece in pieces if piece.text)


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _middle(old: list[str], new: list[str]) -> list[Piece]:
    if len(old) * len(new) > COMPARED_MAX:
        return [Piece("removed", "".join(old)), Piece("added", "".join(new))]
    pieces: list[Piece] = []
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(old[from_old:to_old])))
            continue
        pieces.append(Piece("removed", "".join(old[from_old:to_old])))
        pieces.append(Piece("added", "".join(new[from_new:to_new])))
    return pieces
