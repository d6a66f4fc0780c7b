"""What a story says, word for word: its text as lines, and the passages that are asked about."""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from wagtail.blocks import StreamValue

from standfirst.stories.passages.marks import FEATURE, OPENED, usable_mark, usable_text

PASSAGE_LENGTH_MAX = 1_000  # characters of a passage that are quoted; longer ones are cut
ASKED_MAX = 50  # questions in one story; more would be a form, not a story
_LINE_ENDS = frozenset("p li ul ol h2 h3 h4 blockquote br hr div tr td th dt dd pre figcaption caption".split())
_SILENT = frozenset(["script", "style"])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in a story: its mark, the passage it is about, what is asked, whether it is open from the start."""

    mark: str
    passage: str
    text: str
    opened: bool


def asked_in(body: StreamValue) -> list[Asked]:
    """Return the questions of ``body`` in order, each once, at most ASKED_MAX."""
    found: dict[str, Asked] = {}
    for child in body:
        if child.block_type != "text":
            continue
        reader = _Reader()
        reader.read(child.value.source)
        for mark, text, opened, passage in reader.passages:
            known = found.get(mark)
            if known is None:
                found[mark] = Asked(mark, passage[:PASSAGE_LENGTH_MAX], text, opened)
            elif passage not in known.passage:
                joined = f"{known.passage} {passage}"[:PASSAGE_LENGTH_MAX]
                found[mark] = Asked(mark, joined, known.text, known.opened)
    return list(found.values())[:ASKED_MAX]


def text_of(body: StreamValue) -> str:
    """Return what ``body`` says in its own words, a line for each paragraph, heading and cell."""
    lines: list[str] = []
    for child in body:
        for source in _sources(child.block_type, child.value):
            reader = _Reader()
            reader.read(source)
            lines += reader.lines()
    return "\n".join(lines)


def _sources(kind: str, value: Any) -> Iterator[str]:
    if kind == "text":
        yield value.source
    elif kind == "quotation":
        yield value["text"].source
    elif kind in {"heading", "pull_quote"}:
        yield _escaped(value["text"])
    elif kind == "safe_html":
        yield str(value)
    elif kind == "table":
        for row in value.rows:
            for cell in row:
                yield cell.value.source if cell.block.name == "text" else _escaped(cell.value)


def _escaped(value: Any) -> str:
    return str(value or "").replace("&", "&amp;").replace("<", "&lt;")


class _Reader(HTMLParser):
    """Reads kept HTML: its lines, and the passages that are marked."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[tuple[str, str, bool, str]] = []
        self._said: list[str] = []
        self._links: list[tuple[str, str, bool, int] | None] = []
        self._silent = 0

    def read(self, source: str) -> None:
        self.feed(source)
        self.close()

    def lines(self) -> list[str]:
        return [line for raw in "".join(self._said).split("\n") if (line := " ".join(raw.split()))]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _LINE_ENDS:
            self._said.append("\n")
        if tag == "a":
            self._links.append(self._mark(dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in _LINE_ENDS:
            self._said.append("\n")
        link = self._links.pop() if tag == "a" and self._links else None
        if link is not None:
            mark, text, opened, begin = link
            passage = " ".join("".join(self._said[begin:]).split())
            if passage:
                self.passages.append((mark, text, opened, passage))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._said.append(data.replace("\n", " "))

    def _mark(self, attrs: dict[str, str | None]) -> tuple[str, str, bool, int] | None:
        if attrs.get("linktype") != FEATURE:
            return None
        mark, text = usable_mark(attrs.get("id")), usable_text(attrs.get("question"))
        return (mark, text, attrs.get("opened") == OPENED, len(self._said)) if mark and text else None
