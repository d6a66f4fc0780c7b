"""Where words stand in a text: as they are, between what stood around them, or nearly as they were.

A quote is kept as a text-quote selector (W3C Web Annotation, 4.2.4): the exact words and some of what stands
before and after. Spaces, case, soft hyphens and the shape of quotation marks and dashes do not count, so that what a
browser selects and what a person types are both found. What is returned is always the text's own words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from urllib.parse import quote as percent_encoded

from standfirst.discussion.models import PASSAGE_LENGTH_MAX, QUOTE_AROUND_MAX

PLACES_MAX = 50  # places of the same words that are compared by what stands around them
LIKENESS_MIN = 0.6  # of the words, in order; below that another sentence stands there
BETWEEN_LIKENESS_MIN = 0.4  # where what stands around it is still there
AROUND_LENGTH_MIN = 12  # characters before or after that say anything
WORDS_MIN = 4  # fewer are like many others
LINK_WORDS = 4  # at the beginning and the end of a long passage: enough for a browser to find it

_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_PLAIN = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛‹›′", "'") | dict.fromkeys("‐‑‒–—―−", "-") | {"…": "..."}
)
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a text, and what stands right before and after them."""

    exact: str
    before: str
    after: str


class Text:
    """A text in which passages are looked for."""

    def __init__(self, text: str) -> None:
        """Take a text; nothing is done before something is looked for."""
        self._text = unicodedata.normalize("NFC", text)

    def passage(self, exact: str, before: str = "", after: str = "") -> Passage | None:
        """Return the words ``exact``, at the place that ``before`` and ``after`` fit best; None if there is none."""
        place = self._exact(exact, before, after)
        return self._cut(*place) if place else None

    def passage_now(self, kept: Passage) -> Passage | None:
        """Return what became of ``kept``: itself, what stands in its place and is like it, or what is most like it."""
        place = (
            self._exact(kept.exact, kept.before, kept.after)
            or self._between(kept)
            or self._most_like(_words(kept.exact))
        )
        return self._cut(*place) if place else None

    @cached_property
    def _folded(self) -> tuple[str, list[int]]:
        return _folded(self._text)

    @cached_property
    def _words(self) -> list[tuple[str, int, int]]:
        return [(_folded(found[0])[0], found.start(), found.end()) for found in _WORD.finditer(self._text)]

    def _cut(self, begin: int, end: int) -> Passage:
        return Passage(
            exact=_one_line(self._text[begin:end])[:PASSAGE_LENGTH_MAX].strip(),
            before=_one_line(self._text[max(0, begin - QUOTE_AROUND_MAX) : begin]),
            after=_one_line(self._text[end : end + QUOTE_AROUND_MAX]),
        )

    def _exact(self, exact: str, before: str, after: str) -> tuple[int, int] | None:
        wanted, _places = _folded(exact)
        text, places = self._folded
        if not wanted:
            return None
        left, right = _folded(before)[0], _folded(after)[0]
        best, best_fit = -1, -1
        for begin in _occurrences(text, wanted):
            end = begin + len(wanted)
            fit = _shared_end(text[max(0, begin - len(left)) : begin], left) + _shared_beginning(
                text[end : end + len(right)], right
            )
            if fit > best_fit:
                best, best_fit = begin, fit
        return (places[best], places[best + len(wanted) - 1] + 1) if best >= 0 else None

    def _between(self, kept: Passage) -> tuple[int, int] | None:
        left, right = _folded(kept.before)[0], _folded(kept.after)[0]
        text, places = self._folded
        begin = text.find(left) + len(left)
        if min(len(left), len(right)) < AROUND_LENGTH_MIN or begin < len(left):
            return None
        end = text.find(right, begin, begin + 2 * len(kept.exact) + len(right))
        if end <= begin:
            return None
        place = places[begin], places[end - 1] + 1
        return (
            place if _likeness(_words(kept.exact), _words(self._text[slice(*place)])) >= BETWEEN_LIKENESS_MIN else None
        )

    def _most_like(self, wanted: list[str]) -> tuple[int, int] | None:
        """Return the stretch of as many words that shares most of ``wanted``, if it is like enough. Linear."""
        words = self._words
        if len(wanted) < WORDS_MIN or len(words) < len(wanted):
            return None
        missing = Counter(wanted)
        shared = best = best_at = 0
        for number, (word, _begin, _end) in enumerate(words):
            shared += missing[word] > 0
            missing[word] -= 1
            if number >= len(wanted):
                leaving = words[number - len(wanted)][0]
                missing[leaving] += 1
                shared -= missing[leaving] > 0
            if shared > best:
                best, best_at = shared, max(0, number - len(wanted) + 1)
        stretch = words[best_at : best_at + len(wanted)]
        if best < LIKENESS_MIN * len(wanted) or _likeness(wanted, [word for word, _, _ in stretch]) < LIKENESS_MIN:
            return None
        return stretch[0][1], stretch[-1][2]


def link_to(url: str, words: str) -> str:
    """Return the address of the page ``url`` at which browsers show and mark ``words`` (WICG text fragments)."""
    parts = words.split()
    directive = _encoded(" ".join(parts))
    if len(parts) > 2 * LINK_WORDS:
        directive = f"{_encoded(' '.join(parts[:LINK_WORDS]))},{_encoded(' '.join(parts[-LINK_WORDS:]))}"
    return f"{url}#text:~:text={directive}"


def length_that_counts(words: str) -> int:
    """Return how many characters of ``words`` count when they are looked for."""
    return len(_folded(words)[0])


def _encoded(words: str) -> str:
    return percent_encoded(words, safe="").replace("-", "%2D")


def _folded(text: str) -> tuple[str, list[int]]:
    """Return the characters of ``text`` that count, and where each stands."""
    kept: list[str] = []
    places: list[int] = []
    for place, char in enumerate(unicodedata.normalize("NFC", text)):
        if char.isspace() or char in _INVISIBLE:
            continue
        plain = char.translate(_PLAIN).casefold()
        kept.append(plain)
        places += [place] * len(plain)
    return "".join(kept), places


def _words(text: str) -> list[str]:
    return [_folded(word)[0] for word in text.split()]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _likeness(one: list[str], other: list[str]) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    begin = text.find(wanted)
    for _ in range(PLACES_MAX):
        if begin < 0:
            return
        yield begin
        begin = text.find(wanted, begin + 1)


def _shared_end(text: str, end: str) -> int:
    shared = 0
    while shared < len(end) and text.endswith(end[-shared - 1 :]):
        shared += 1
    return shared


def _shared_beginning(text: str, beginning: str) -> int:
    shared = 0
    while shared < len(beginning) and text.startswith(beginning[: shared + 1]):
        shared += 1
    return shared
