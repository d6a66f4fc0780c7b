"""Words of a text, folded so that one that hides behind look-alikes, accents, signs or gaps is found all the same."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from standfirst.kit import lookalikes

type Word = tuple[str, ...]  # how it may be read: mostly in one way, in two if it holds a stroke
type Phrase = tuple[str, ...]

APART: Word = ("",)  # between two texts: no phrase goes across
_WORD = re.compile(r"[^\W_]+")
_SIGN_IN_A_WORD = re.compile(r"(?<=\w)[$@!|€](?=\w)")
_SIGNS = str.maketrans("$@!|€", "sa11e")
_GAPS_MIN = 3  # "c a s i n o": single letters in a row that make a word; "a b" are an article and a letter


def words_of(texts: Iterable[str]) -> list[Word]:
    """Return the words of ``texts``, those of each apart from the next."""
    found: list[Word] = []
    for text in texts:
        plain = _without_marks(text)
        found += [_read(word) for word in _WORD.findall(plain)]
        found.append(APART)
        found += _in_disguise(plain)
    return found


def phrase_of(line: str) -> Phrase:
    """Return a phrase as it stands in a list: the usual reading of each of its words."""
    return tuple(_read(word)[0] for word in _WORD.findall(_without_marks(line)))


class Phrases:
    """Phrases to look for. How many there are does not matter for the time that looking takes."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[Phrase, str]]] = {}
        for line in lines:
            phrase = phrase_of(line)
            if phrase:
                self._by_first.setdefault(phrase[0], []).append((phrase, line))

    def first_in(self, words: Sequence[Word]) -> str:
        """Return the first phrase that stands in ``words``, as the list writes it; "" if none does."""
        for index, word in enumerate(words):
            for reading in word:
                for phrase, line in self._by_first.get(reading, ()):
                    if _stands(phrase, words, index):
                        return line
        return ""


def _stands(phrase: Phrase, words: Sequence[Word], index: int) -> bool:
    there = words[index : index + len(phrase)]
    return len(there) == len(phrase) and all(part in word for part, word in zip(phrase, there, strict=True))


def _read(word: str) -> Word:
    if word.isdigit():
        return (word,)  # a year is no word in disguise
    usual = word.lower() if word.isascii() and word.isalpha() else lookalikes.folded(word)
    other = lookalikes.folded(word.replace("1", "l")) if "1" in word else usual
    return (usual,) if other == usual else (usual, other)


def _in_disguise(plain: str) -> Iterator[Word]:
    """Yield what ``plain`` would say with signs for letters, or without the gaps between single letters."""
    if _SIGN_IN_A_WORD.search(plain):
        signs = _SIGN_IN_A_WORD.sub(lambda sign: sign[0].translate(_SIGNS), plain)
        yield from (_read(word) for word in _WORD.findall(signs))
        yield APART
    row = ""
    for word in [*_WORD.findall(plain), "end"]:
        if len(word) == 1:
            row += word
            continue
        if len(row) >= _GAPS_MIN:
            yield _read(row)
            yield APART
        row = ""


def _without_marks(text: str) -> str:
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if unicodedata.category(char)[0] != "M")
