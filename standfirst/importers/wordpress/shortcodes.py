"""WordPress' shortcodes: the six that stand for content become plain HTML; the rest is named.

``[caption] [gallery] [embed] [video] [audio] [wpdiscuz-feedback]``, in classic text and in shortcode blocks.
An unknown shortcode stays in the text as WordPress itself shows it once its plugin is gone.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from standfirst.importers.wordpress import questions

ATTRIBUTES_LENGTH_MAX = 20_000  # of one shortcode; a gallery of 2,000 pictures
_KNOWN = ("caption", "wp_caption", "gallery", "embed", "video", "audio", "playlist", questions.SHORTCODE)
_OPEN = re.compile(r"\[(\[?)(" + "|".join(_KNOWN) + r")(?=[\s\]/])", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s'"]+))|"([^"]*)"|'([^']*)'|(\S+)""")
_UNKNOWN = re.compile(r"\[([a-z][a-z0-9_-]{1,40})(?:\s+[a-z][\w-]*=[^\[\]<>]{0,400})?\s*/?\](?!\()", re.IGNORECASE)
_CLOSING = re.compile(r"\[/([a-z][a-z0-9_-]{1,40})\]", re.IGNORECASE)
_MEDIA_KINDS = ("src", "mp4", "m4v", "webm", "ogv", "flv", "wmv", "mp3", "m4a", "ogg", "wav", "wma")
_PICTURE = re.compile(r"(?:<a\s[^<>]*>\s*)?<img\s[^<>]*>(?:\s*</a>)?", re.IGNORECASE)
_LONE_ADDRESS = re.compile(r"^[ \t]*(https?://[^\s<>\"']{1,2000})[ \t]*$", re.MULTILINE)


class Attachments(Protocol):
    """What a gallery needs to know: the export's attached pictures."""

    def gallery(self, numbers: list[str], parent: str) -> list["Attached"]:
        """Return the pictures ``numbers``; with none given, those attached to the item ``parent``."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture of the export: number, address, alt text and caption."""

    number: str
    url: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Shortcode:
    """A shortcode with its attributes by name, those without a name, and what it encloses."""

    name: str
    named: Mapping[str, str]
    bare: tuple[str, ...]
    inner: str


def expand(text: str, attachments: Attachments, parent: str, note: Callable[[str], None]) -> str:
    """Return ``text`` with the known shortcodes as HTML; ``note`` is told of unknown ones and of losses."""
    out: list[str] = []
    position = 0
    closings = _Closings(text)
    while (opening := _OPEN.search(text, position)) is not None:
        head_end = text.find("]", opening.end(), opening.end() + ATTRIBUTES_LENGTH_MAX)
        if head_end < 0:
            out.append(text[position : opening.end()])
            position = opening.end()
            continue
        out.append(text[position : opening.start()])
        code, position = _read(text, opening, head_end, closings)
        out.append(_html(code, attachments, parent, note) if code else text[opening.start() + 1 : position - 1])
    out.append(text[position:])
    whole = "".join(out)
    for name in sorted(_unknown(whole)):
        note(f"the shortcode [{name}] is not known here and stands in the text as it is")
    return whole


def lone_addresses(text: str) -> str:
    """Return ``text`` with each web address that has a line to itself as an embed."""
    return _LONE_ADDRESS.sub(lambda found: f"\n{embed_html(found[1])}\n", text)


def embed_html(url: str, caption: str = "") -> str:
    """Return the figure that stands for the embed of ``url``; ``caption`` is HTML."""
    shown = f"<figcaption>{caption}</figcaption>" if caption else ""
    address = html.escape(html.unescape(url.strip()))
    return f'<figure class="wp-block-embed"><iframe src="{address}"></iframe>{shown}</figure>'


def picture_html(picture: Attached) -> str:
    """Return the figure that stands for an attached picture."""
    caption = f"<figcaption>{picture.caption}</figcaption>" if picture.caption else ""
    return (
        f'<figure><img class="wp-image-{picture.number}" src="{html.escape(picture.url)}"'
        f' alt="{html.escape(picture.alt)}">{caption}</figure>'
    )


class _Closings:
    """Where the next ``[/name]`` stands. Each text is searched once, so that unclosed ones cost nothing more."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._next: dict[str, int] = {}

    def after(self, close: str, position: int) -> int:
        known = self._next.get(close, 0)
        if 0 <= known < position:
            known = self._next[close] = self._text.find(close, position)
        return known


def _read(text: str, opening: re.Match[str], head_end: int, closings: _Closings) -> tuple[Shortcode | None, int]:
    """Return the shortcode and where it ends; None for one escaped as ``[[name]]``."""
    name = opening[2].lower()
    head = text[opening.end() : head_end]
    end = head_end + 1
    inner = ""
    if not head.endswith("/") and name not in {"gallery", "playlist"}:
        close = f"[/{opening[2]}]"
        found = closings.after(close, end)
        following = _OPEN.search(text, end)
        # An unclosed one must not swallow the next of its kind.
        if found >= 0 and not (following and following.start() < found and following[2].lower() == name):
            inner, end = text[end:found], found + len(close)
    if opening[1] and text[end : end + 1] == "]":
        return None, end + 1
    named, bare = _attributes(head.rstrip("/"))
    return Shortcode(name=name, named=named, bare=bare, inner=inner), end


def _attributes(head: str) -> tuple[dict[str, str], tuple[str, ...]]:
    named: dict[str, str] = {}
    bare: list[str] = []
    for found in _ATTRIBUTE.finditer(head.replace("“", '"').replace("”", '"')):
        if found[1]:
            named[found[1].lower()] = found[2] or found[3] or found[4] or ""
        else:
            bare.append(found[5] or found[6] or found[7] or "")
    return named, tuple(bare)


def _html(code: Shortcode, attachments: Attachments, parent: str, note: Callable[[str], None]) -> str:
    if code.name in {"caption", "wp_caption"}:
        return _caption(code)
    if code.name == "gallery":
        return _gallery(code, attachments, parent, note)
    if code.name == questions.SHORTCODE:
        return questions.link(code.named, code.inner, parent)
    if code.name == "embed":
        url = code.inner.strip() or code.named.get("src", "")
        return f"\n\n{embed_html(url)}\n\n" if url else _lost(code, note)
    return _recording(code, note)


def _caption(code: Shortcode) -> str:
    picture = _PICTURE.search(code.inner)
    caption = code.named.get("caption", "")
    if picture is None:
        return f"\n\n{code.inner}\n\n{html.escape(caption)}\n\n"
    rest = (code.inner[: picture.start()] + code.inner[picture.end() :]).strip()
    words = " ".join(filter(None, [caption, rest]))
    return f"\n\n<figure>{picture[0]}<figcaption>{words}</figcaption></figure>\n\n"


def _gallery(code: Shortcode, attachments: Attachments, parent: str, note: Callable[[str], None]) -> str:
    wanted = re.findall(r"[0-9]{1,19}", code.named.get("ids", "") or code.named.get("include", ""))
    found = attachments.gallery(wanted, "" if wanted else code.named.get("id", parent))
    missing = [number for number in wanted if number not in {picture.number for picture in found}]
    if missing:
        note(f"a gallery names pictures that are not in the export: {', '.join(missing)}")
    if not found:
        note("a gallery has no pictures in the export")
        return ""
    return f'\n\n<figure class="wp-block-gallery">{"".join(map(picture_html, found))}</figure>\n\n'


def _recording(code: Shortcode, note: Callable[[str], None]) -> str:
    sources = [code.named[kind] for kind in _MEDIA_KINDS if code.named.get(kind)]
    sources += [word for word in (*code.bare, code.inner.strip()) if word.startswith(("http://", "https://", "/"))]
    if not sources:
        return _lost(code, note)
    tag = "video" if code.name == "video" else "audio"
    return f'\n\n<figure><{tag} src="{html.escape(sources[0])}"></{tag}></figure>\n\n'


def _lost(code: Shortcode, note: Callable[[str], None]) -> str:
    note(f"a shortcode [{code.name}] names nothing that can be shown")
    return code.inner


def _unknown(text: str) -> set[str]:
    """Return names that look like shortcodes: with attributes, or closed further on."""
    closed = {name.lower() for name in _CLOSING.findall(text)}
    return {found[1].lower() for found in _UNKNOWN.finditer(text) if "=" in found[0] or found[1].lower() in closed}
