"""WordPress' rule for text without paragraphs: an empty line begins a paragraph, a line break stays one.

Classic posts and comments are stored without ``<p>``; WordPress adds the paragraphs when it
shows them. This is that rule, written from its description: text is cut at block elements,
each stretch between them at empty lines. It runs in linear time on whatever it is given.
"""

import re
from collections.abc import Iterator
from enum import Enum

_FLOW = frozenset(
    [
        "div",
        "blockquote",
        "section",
        "article",
        "aside",
        "main",
        "header",
        "footer",
        "form",
        "fieldset",
        "details",
        "center",
        "address",
    ]
)
_CELLS = frozenset(
    [
        "p",
        "li",
        "dt",
        "dd",
        "td",
        "th",
        "caption",
        "figcaption",
        "summary",
        "legend",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "figure",
        "video",
        "audio",
        "object",
        "iframe",
    ]
)
_FRAMES = frozenset(
    ["ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr", "colgroup", "menu", "nav", "hgroup", "map", "select"]
)
_ALONE = frozenset(["hr", "col"])
_BLOCKS = _FLOW | _CELLS | _FRAMES | _ALONE
_RAW = frozenset(["pre", "script", "style", "textarea", "svg", "math"])
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)[^<>]*>")
_BLANK_LINES = re.compile(r"\n[ \t\f\v]*\n\s*")
_BREAK_BEFORE = re.compile(r"(?:<br[^<>]*>)\s*$", re.IGNORECASE)


class _Kind(Enum):
    RUN = 1  # text and inline elements
    OPEN = 2
    CLOSE = 3
    WHOLE = 4  # an element that stays as it is, such as <pre>


type _Token = tuple[_Kind, str, str]


def autop(text: str) -> str:
    """Return ``text`` with paragraphs and line breaks as elements."""
    out: list[str] = []
    open_blocks: list[str] = []
    for kind, name, source in _tokens(text.replace("\r\n", "\n").replace("\r", "\n")):
        if kind is _Kind.RUN:
            out.append(_run(source, open_blocks[-1] if open_blocks else "div"))
            continue
        out.append(source)
        if kind is _Kind.OPEN and name not in _ALONE and not source.endswith("/>"):
            open_blocks.append(name)
        elif kind is _Kind.CLOSE and name in open_blocks:
            while open_blocks.pop() != name:
                pass
    return "\n".join(part for part in out if part)


def _run(source: str, inside: str) -> str:
    if inside in _FRAMES:
        return source.strip()
    pieces = [piece.strip() for piece in _BLANK_LINES.split(source)]
    pieces = [_with_breaks(piece) for piece in pieces if piece]
    if inside in _FLOW:
        return "\n".join(f"<p>{piece}</p>" for piece in pieces)
    if inside == "p":
        return "</p>\n<p>".join(pieces)
    # A cell with several paragraphs holds paragraphs, one with a single stretch of text holds text.
    return pieces[0] if len(pieces) == 1 else "\n".join(f"<p>{piece}</p>" for piece in pieces)


def _with_breaks(piece: str) -> str:
    lines = piece.split("\n")
    broken = [line if _BREAK_BEFORE.search(line[-200:]) else f"{line}<br />" for line in lines[:-1]]
    return "\n".join([*broken, lines[-1]])


def _tokens(text: str) -> Iterator[_Token]:
    """Cut ``text`` at its block elements."""
    start = position = 0
    lowered = _ascii_lower(text)
    unclosed: set[str] = set()
    while (at := text.find("<", position)) >= 0:
        found = _special(text, lowered, at, unclosed)
        if found is None:
            position = at + 1
            continue
        kind, name, end = found
        position = end
        if kind is _Kind.RUN:
            continue
        if start < at:
            yield _Kind.RUN, "", text[start:at]
        yield kind, name, text[at:end]
        start = end
    if start < len(text):
        yield _Kind.RUN, "", text[start:]


def _special(text: str, lowered: str, at: int, unclosed: set[str]) -> tuple[_Kind, str, int] | None:
    """Return what begins at ``at`` and where it ends; RUN for what stays inside a run of text."""
    if text.startswith("<!--", at):
        return _until(lowered, "-->", at, unclosed, _Kind.RUN)
    tag = _TAG.match(text, at)
    if tag is None:
        return None
    name = tag[1].lower()
    closing = text[at + 1] == "/"
    if name in _RAW and not closing:
        whole = _until(lowered, f"</{name}>", at, unclosed, _Kind.WHOLE)
        return whole or (_Kind.RUN, "", tag.end())
    if name not in _BLOCKS:
        return _Kind.RUN, "", tag.end()
    return (_Kind.CLOSE if closing else _Kind.OPEN), name, tag.end()


def _until(lowered: str, end: str, at: int, unclosed: set[str], kind: _Kind) -> tuple[_Kind, str, int] | None:
    # What was not found once is not there further on either; looking again each time would be quadratic.
    if end in unclosed:
        return None
    found = lowered.find(end, at)
    if found < 0:
        unclosed.add(end)
        return None
    return kind, "", found + len(end)


_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _ascii_lower(text: str) -> str:
    # str.lower() may change the length (İ), which would shift every position.
    return text.translate(_LOWER)
