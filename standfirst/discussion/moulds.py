"""Moulds: a template rendered once, with blanks in place of the values, and filled for each that is like it.

Django's engine takes twenty times as long to render a comment as to put its words into a text that is
ready. So a template is given blanks. It may print them, and that is all: whatever else it does with one
(a filter, a condition, an attribute that is no blank) makes it no mould, and it is rendered as always.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any, Self

from django.utils.safestring import SafeString

# Nobody outside this process can write a mark. Letters of both cases, so that a filter that changes case is found out.
_TOKEN = f"Mould{secrets.token_hex(12)}"
_MARK = re.compile(rf"{_TOKEN}([a-z0-9_]+)E")


class NoMould(Exception):
    """The template does more with its values than to print them; the message says what."""


class Uses:
    """What a template did with the blanks that it was given."""

    def __init__(self) -> None:
        self.printed = 0
        self.strange: list[str] = []

    def refuse(self, what: str) -> NoMould:
        """Note a use that no mould can repeat: the engine swallows many an exception."""
        self.strange.append(what)
        return NoMould(what)


class Blank(str):  # noqa: SLOT000 - it carries its name and its notes
    """Stands for a value that is printed as it is, escaped, between ``before`` and ``after``. It notes any other use.

    One use goes unnoticed: to look for it in a text that the template holds (``{% if comment.name in "Ann Ben" %}``).
    """

    name: str
    uses: Uses
    _html: str

    def __new__(cls, name: str, uses: Uses, *, before: str = "", after: str = "") -> Self:
        """Make the blank for the value ``name``, lower-case letters, digits and underscores."""
        blank = super().__new__(cls, f"{before}{_TOKEN}{name}E{after}")
        blank.name, blank.uses = name, uses
        blank._html = f"{before}{_TOKEN}{name}E{after}"
        return blank

    def __html__(self) -> str:
        """Return the mark: this is how the engine prints a value."""
        self.uses.printed += 1
        return self._html


def _noted(method: str) -> Callable[..., Any]:
    def used(blank: Blank, *_: object, **__: object) -> Any:
        raise blank.uses.refuse(f"{blank.name} ({method})")

    return used


# What a value needs to exist and to be printed; every other method of a string, number or truth is noted.
_EXISTING = {*dir(object), "__getnewargs__"} - {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"}
_EXISTING -= {"__str__", "__repr__", "__format__", "__hash__"}
for _method in {*dir(str), "__bool__", "__int__", "__float__", "__index__"} - _EXISTING:
    setattr(Blank, _method, _noted(_method))


class StandIn:
    """Stands for an object: it has the blanks and the facts that it was given, and notes what else it is asked for."""

    def __init__(self, name: str, uses: Uses, attributes: Mapping[str, object]) -> None:
        self.__dict__.update(attributes)
        self._name, self._uses = name, uses

    def __getattr__(self, attribute: str) -> object:
        """Note what it does not have."""
        self._uses.refuse(f"{self._name}.{attribute}")
        raise AttributeError(attribute)

    def __str__(self) -> str:
        """Note that the object itself is printed."""
        raise self._uses.refuse(self._name)


class Mould:
    """A text with blanks."""

    def __init__(self, text: str) -> None:
        """Take what a template made of blanks."""
        self.names = frozenset(_MARK.findall(text))
        self._text = _MARK.sub(r"%(\1)s", text.replace("%", "%%"))

    @classmethod
    def cast(cls, render: Callable[[Uses], str]) -> Self:
        """Return the mould of what ``render`` makes of blanks that share the notes. Refuses with NoMould."""
        uses = Uses()
        try:
            text = render(uses)
        except Exception as error:
            raise NoMould(", ".join(uses.strange) or repr(error)) from error
        if uses.strange:
            raise NoMould(", ".join(uses.strange))
        if len(_MARK.findall(text)) != uses.printed:
            raise NoMould("something that was printed is changed or thrown away afterwards")
        return cls(text)

    def filled(self, values: Mapping[str, object]) -> SafeString:
        """Return the text with ``values``, escaped as a template would unless they are marked as safe."""
        return SafeString(self._text % values)


def printable(thing: object, names: Iterable[str]) -> dict[str, object]:
    """Return the attributes ``names`` of ``thing`` as a template prints them: text escaped, numbers in digits."""
    values = {name: getattr(thing, name) for name in names}
    return {name: escape(value) if value.__class__ is str else value for name, value in values.items()}
