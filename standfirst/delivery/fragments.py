"""Fragments: the parts of a page that change on their own, such as the meter.

A template marks where a fragment goes with ``{% fragment "meter" %}``. The page is kept
with that hole open; the fragment is rendered once, kept on its own, and put into every
page that has the hole. Delivery knows no subject: ``web`` registers what renders a kind.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

NAME = re.compile(r"[a-z][a-z-]{0,40}(?::[A-Za-z0-9._:-]{1,80})?")

# Nobody outside this process can write a hole: the token is new at each start.
_TOKEN = secrets.token_hex(12)
_HOLE = re.compile(rf"<!--{_TOKEN} ({NAME.pattern})-->".encode())


@dataclass(frozen=True, slots=True)
class Rendered:
    """A fragment's HTML, the keys that it shows, and until when it is true."""

    html: str
    keys: frozenset[str] = field(default_factory=frozenset)
    expires_at: datetime | None = None


type Renderer = Callable[[Sequence[str]], Mapping[str, Rendered]]

_renderers: dict[str, Renderer] = {}


def fragments(kind: str) -> Callable[[Renderer], Renderer]:
    """Register a function that renders fragments ``kind:arg`` for many ``arg`` at once.

    It returns the ones that exist by ``arg``; a fragment without an argument has ``arg`` "".
    """

    def register(renderer: Renderer) -> Renderer:
        _renderers[kind] = renderer
        return renderer

    return register


def hole(name: str) -> str:
    """Return the mark that a page holds open for the fragment ``name``."""
    if not NAME.fullmatch(name):
        raise ValueError(f"not a fragment's name: {name!r}")
    return f"<!--{_TOKEN} {name}-->"


def split(body: bytes) -> tuple[list[bytes], list[str]]:
    """Cut ``body`` at its holes: n+1 pieces of HTML and the n names between them."""
    pieces = _HOLE.split(body)
    return pieces[0::2], [name.decode() for name in pieces[1::2]]


def render(names: Iterable[str]) -> dict[str, Rendered]:
    """Render fragments afresh, one call for each kind; return those that exist, by name."""
    wanted: dict[str, list[str]] = {}
    for name in names:
        kind, _, argument = name.partition(":")
        wanted.setdefault(kind, []).append(argument)
    done: dict[str, Rendered] = {}
    for kind, arguments in wanted.items():
        renderer = _renderers.get(kind)
        found = renderer(arguments) if renderer else {}
        for argument in arguments:
            if argument in found:
                done[f"{kind}:{argument}" if argument else kind] = found[argument]
    return done
