"""XML from strangers: a parser without document types or entities, and the elements that it hears of."""

from collections.abc import Callable, Iterator
from typing import Protocol
from xml.parsers import expat

SEPARATOR = "\x1f"  # between an element's namespace and its name; cannot stand in either
_BUFFER_BYTES = 64 * 1024


class Node:
    """An element: the name its reader gives it, the line it begins on, its text and children."""

    __slots__ = ("attributes", "children", "line", "name", "parts")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.attributes = attributes
        self.line = line
        self.parts: list[str] = []
        self.children: list[Node] = []

    @property
    def text(self) -> str:
        """The element's own text, without blanks around it."""
        return "".join(self.parts).strip()

    def all(self, *path: str) -> Iterator["Node"]:
        """Return every element at ``path`` below this one."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def get(self, *path: str) -> str:
        """Return the text of the first element at ``path``, "" if there is none."""
        found = next(self.all(*path), None)
        return found.text if found else ""


class Listener(Protocol):
    """What is told of a file's elements in their order. It bounds their number and depth, as only it knows them."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear of an element that opens: its namespace, ``SEPARATOR`` and its name, or its name alone."""

    def end(self, name: str) -> None:
        """Hear of an element that closes."""

    def characters(self, text: str) -> None:
        """Hear of text."""


def parser_for(listener: Listener, *, refuse: Callable[..., None]) -> expat.XMLParserType:
    """Return a parser that tells ``listener`` what it reads.

    It calls ``refuse``, which has to raise, before a document type could make a small file endless or read others.
    """
    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    parser.buffer_text = True
    parser.buffer_size = _BUFFER_BYTES
    parser.StartElementHandler = listener.start
    parser.EndElementHandler = listener.end
    parser.CharacterDataHandler = listener.characters
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser
