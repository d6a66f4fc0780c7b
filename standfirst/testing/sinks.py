"""Where strangers' words come out again, and what must be true of each place whatever was typed.

A subject registers a sink with ``@sink("its name", kind)``: a function that is given what was said and yields what
the place shows, as text. It stands in a file ``tests/sinks*.py`` of the subject. ``tests/test_hostile_words.py``
runs ``payloads.HOSTILE`` through all of them::

    @sink("the feed of a thread", Kind.XML)
    def feed(said: Said) -> Iterator[str]:
        yield said.reader().get(f"/discussion/threads/{said.thread.key}/feed/").content.decode()

A way in is registered likewise with ``@way_in``.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

from django.test import Client

from standfirst.accounts import guests
from standfirst.accounts.models import Account, Guest
from standfirst.discussion.models import Comment, Thread
from standfirst.testing.payloads import MARK


class Kind(Enum):
    """What a sink writes, and so how it is read."""

    HTML = "html"
    JSON = "json"
    XML = "xml"
    CSV = "csv"
    LINE = "line"  # of a log, or a header of a letter
    TEXT = "text"  # plain: nothing in it is read as anything


@dataclass
class Said:
    """What was said in one way: in a thread, by a guest, with all of the corpus."""

    thread: Thread
    guest: Guest
    moderator: Account
    comments: list[Comment] = field(default_factory=list)
    answers: list[tuple[Kind, str]] = field(default_factory=list)  # what the way in itself answered
    logged: list[str] = field(default_factory=list)  # messages of the log meanwhile

    def reader(self, guest: Guest | None = None) -> Client:
        """Return a browser that carries the key of ``guest``, or none."""
        client = Client(headers={"Sec-Fetch-Site": "same-origin", "host": "127.0.0.1"})
        if guest is not None:
            client.cookies[guests.COOKIE] = guests.key_of(guest)
        return client

    def at_the_desk(self) -> Client:
        """Return the moderator's browser."""
        client = self.reader()
        client.force_login(self.moderator)
        return client

    def read(self, address: str, client: Client | None = None) -> str:
        """Return the page at ``address`` as text; it has to be there."""
        answer = (client or self.reader()).get(address)
        must(answer.status_code == 200, f"{address} is answered with {answer.status_code}")
        return answer.content.decode()


type Sink = Callable[[Said], Iterator[str]]
type WayIn = Callable[[Said, str], None]

SINKS: dict[str, tuple[Kind, Sink]] = {}
WAYS_IN: dict[str, WayIn] = {}


def sink(name: str, kind: Kind) -> Callable[[Sink], Sink]:
    """Register a place where words come out."""

    def register(read: Sink) -> Sink:
        if name in SINKS:
            raise ValueError(f"there is a sink {name!r} already")
        SINKS[name] = (kind, read)
        return read

    return register


def way_in(name: str) -> Callable[[WayIn], WayIn]:
    """Register a way in which words get there: it writes one payload into every field that it has."""

    def register(write: WayIn) -> WayIn:
        WAYS_IN[name] = write
        return write

    return register


def must(true: object, otherwise: str) -> None:
    """Fail and say why. AssertionError."""
    if not true:
        raise AssertionError(otherwise)


def assert_harmless(kind: Kind, shown: str) -> None:
    """Fail if what a sink shows could do anything, read as what it is."""
    CHECKS[kind](shown)


# Of our own pages; whatever else a page has, somebody typed.
_SCRIPTS = re.compile(r"/static/[\w./-]+\.js|/desk/jsi18n/")
_NEVER = {"base", "embed", "math", "mglyph", "object", "portal", "applet", "frame", "frameset"}
_ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "cite", "background", "srcset", "xlink:href"}
_SAFE = re.compile(r"(?:https?:|mailto:|data:image/(?:svg\+xml|png)|[^:]*$|[^:/?#]*[/?#])", re.IGNORECASE)


class _Reader(HTMLParser):
    """Reads a page as a browser does, as far as what could act goes."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.whole = whole
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag."""
        given = {name.lower(): value or "" for name, value in attrs}
        if tag in _NEVER or (tag == "iframe" and not given.get("src", "").startswith("/")):
            self.wrong.append(self.get_starttag_text() or tag)
        if tag == "script" and not self._ours(given):
            self.wrong.append(self.get_starttag_text() or tag)
        if tag == "meta" and given.get("http-equiv"):
            self.wrong.append(self.get_starttag_text() or tag)
        if tag == "form" and "//" in given.get("action", ""):
            self.wrong.append(self.get_starttag_text() or tag)
        for name, value in given.items():
            spelled = re.sub(r"[\x00-\x20\x7f-\xa0]", "", value)
            acts = name.startswith("on") or name == "srcdoc"
            if acts or (name in _ADDRESSES and not _SAFE.match(spelled)):
                self.wrong.append(f"{tag} {name}={value}")

    def _ours(self, given: dict[str, str]) -> bool:
        # The desk has Wagtail's own scripts, some of them inline; what was typed has a mark there.
        return bool(_SCRIPTS.match(given.get("src", ""))) or (self.whole and "src" not in given)


def _html(shown: str) -> None:
    reader = _Reader(whole="<html" in shown)
    reader.feed(shown)
    reader.close()
    must(not reader.wrong, f"this acts: {reader.wrong[:3]}")
    for script in re.findall(r"<script\b[^>]*>(.*?)</script>", shown, re.DOTALL | re.IGNORECASE):
        must(f"alert({MARK})" not in script, f"a script that was typed: {script[:200]}")
    for style in re.findall(r"<style\b[^>]*>(.*?)</style>", shown, re.DOTALL | re.IGNORECASE):
        must("display:none" not in style, "a style that was typed")
    must("\0" not in shown, "a NUL")
    must(not re.search("[\u202a-\u202e\u2066-\u2069]", shown), "a character that turns the text around it")


def _json(shown: str) -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                if name in {"html", "content_html"}:
                    _html(each)
                else:
                    walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(json.loads(shown))


_HTML_INSIDE = {"description", "encoded", "summary", "content"}


def _xml(shown: str) -> None:
    must("<!ENTITY" not in shown, "an entity")
    tree = ET.fromstring(shown)  # noqa: S314 - our own, and it declares no entity
    for element in tree.iter():
        must(element.tag.lower().rpartition("}")[2] != "script", "a script")
        if element.text and "<" in element.text and element.tag.rpartition("}")[2] in _HTML_INSIDE:
            _html(element.text)


def _csv(shown: str) -> None:
    for row in csv.reader(io.StringIO(shown)):
        for cell in row:
            formula = re.match(r"\s*[=+\-@\t\r]", cell) and not re.fullmatch(r"-?\d+(?:\.\d+)?", cell)
            must(not formula, f"a formula: {cell}")


def _line(shown: str) -> None:
    must(not re.search(r"[\r\n\0\u2028\u2029\x85\x1b]", shown), f"more than a line: {shown!r}")


def _text(shown: str) -> None:
    must("\0" not in shown, "a NUL")


CHECKS: dict[Kind, Callable[[str], None]] = {
    Kind.HTML: _html,
    Kind.JSON: _json,
    Kind.XML: _xml,
    Kind.CSV: _csv,
    Kind.LINE: _line,
    Kind.TEXT: _text,
}
