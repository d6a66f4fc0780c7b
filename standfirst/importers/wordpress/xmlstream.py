"""A hardened, streaming reader of WXR: one record at a time, in constant memory.

It refuses document type declarations before any entity can exist, bounds what one record
may hold, and names the line of whatever is wrong.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from standfirst.importers.refusals import (
    ControlCharacter,
    DeclaresEntities,
    MalformedXML,
    NotReadable,
    NotWordPress,
    RecordTooLarge,
)
from standfirst.kit import xml
from standfirst.kit.xml import Node

CHUNK_BYTES = 256 * 1024  # fed to the parser at a time
RECORD_CHARACTERS_MAX = 24_000_000  # a story with all its comments; 96 MB if each character takes four bytes
META_CHARACTERS_MAX = 64_000  # of one meta value; page builders keep megabytes there that nobody reads here
NODES_MAX = 1_000_000  # elements of one record
DEPTH_MAX = 12  # WXR nests five deep

_NAMESPACE = re.compile(r"https?://wordpress\.org/export/(?P<version>\d+\.\d+)/(?P<excerpt>excerpt/)?")
_PREFIXES = {
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
}
_INVALID_TOKEN = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]


class RecordStream:
    """The children of ``<channel>``, one by one. Iterate once; then ``version`` and ``lines`` are known."""

    def __init__(self, path: Path, *, moved: Callable[[int], None] | None = None) -> None:
        self.path = path
        self.namespace_version = ""
        self.lines = 0
        self._moved = moved
        self._stack: list[Node] = []
        self._done: list[Node] = []
        self._room = RECORD_CHARACTERS_MAX
        self._nodes = 0
        self._root_seen = False
        self._chunk = b""
        self._chunk_at = 0
        self._parser = xml.parser_for(self, refuse=self._refuse_doctype)

    def __iter__(self) -> Iterator[Node]:
        try:
            with self.path.open("rb") as file:
                while chunk := file.read(CHUNK_BYTES):
                    self._feed(chunk)
                    yield from self._taken()
                self._feed(b"", last=True)
                yield from self._taken()
        except OSError as error:
            raise NotReadable(path=self.path.name, reason=error.strerror or str(error)) from error
        self.lines = self._parser.CurrentLineNumber

    def _taken(self) -> list[Node]:
        done, self._done = self._done, []
        return done

    def _feed(self, chunk: bytes, *, last: bool = False) -> None:
        previous, self._chunk = self._chunk, chunk
        self._chunk_at += len(previous)
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise self._refusal(error) from error
        except UnicodeError as error:
            raise MalformedXML(line=self._line, column=0, reason=str(error)) from error
        if self._moved is not None:
            self._moved(self._chunk_at + len(chunk))

    def _refusal(self, error: expat.ExpatError) -> Exception:
        where = {"line": error.lineno, "column": error.offset + 1}
        offset = self._parser.ErrorByteIndex - self._chunk_at
        byte = self._chunk[offset] if 0 <= offset < len(self._chunk) else None
        control = byte is not None and byte < ord(" ") and byte not in b"\t\n\r"
        if self._root_seen and control:
            return ControlCharacter(character=f"0x{byte:02X}", **where)
        reason = expat.ErrorString(error.code) or "unknown"
        if self._root_seen and error.code == expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]:
            return ControlCharacter(character=reason, **where)
        if byte is not None and byte >= 0x80 and error.code == _INVALID_TOKEN:
            reason = "it is not written in the encoding that it declares"
        if not self._root_seen:
            return NotWordPress(path=self.path.name, reason=reason, line=error.lineno)
        return MalformedXML(reason=reason, **where)

    @property
    def _line(self) -> int:
        return int(self._parser.CurrentLineNumber)

    def _refuse_doctype(self, *_: object) -> None:
        raise DeclaresEntities(line=self._line)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        depth = len(self._stack)
        plain = self._named(name)
        if depth < 2:
            self._check_frame(depth, plain)
        if depth >= DEPTH_MAX:
            raise MalformedXML(line=self._line, column=0, reason=f"elements nest more than {DEPTH_MAX} deep")
        self._nodes += 1
        if self._nodes > NODES_MAX:
            raise RecordTooLarge(line=self._line, characters_max=RECORD_CHARACTERS_MAX)
        self._stack.append(Node(plain, attributes, self._line))

    def _check_frame(self, depth: int, name: str) -> None:
        self._root_seen = True
        expected = ("rss", "channel")[depth]
        if name != expected:
            raise NotWordPress(
                path=self.path.name, line=self._line, reason=f"<{expected}> is expected here, not <{name}>"
            )

    def _named(self, name: str) -> str:
        namespace, _, local = name.rpartition(xml.SEPARATOR)
        if not namespace:
            return local
        found = _NAMESPACE.fullmatch(namespace)
        if found is None:
            return f"{_PREFIXES.get(namespace, '?')}:{local}"
        self.namespace_version = self.namespace_version or found["version"]
        return f"{'excerpt' if found['excerpt'] else 'wp'}:{local}"

    def end(self, name: str) -> None:
        """Close the innermost element; hand it on if it is a record."""
        node = self._stack.pop()
        depth = len(self._stack)
        if depth == 2:
            self._done.append(node)
            self._room = RECORD_CHARACTERS_MAX
            self._nodes = 0
        elif depth > 2:
            self._stack[-1].children.append(node)

    def characters(self, text: str) -> None:
        """Keep text, within the room that is left."""
        if len(self._stack) <= 2:
            return
        node = self._stack[-1]
        if node.name == "wp:meta_value" and sum(map(len, node.parts)) + len(text) > META_CHARACTERS_MAX:
            return
        self._room -= len(text)
        if self._room < 0:
            raise RecordTooLarge(line=self._line, characters_max=RECORD_CHARACTERS_MAX)
        node.parts.append(text)
