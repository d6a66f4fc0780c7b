"""The first reading of an export: is it one, is all of it sound, and what is in it.

Whatever can be wrong with the file is found here, before anything is written.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from standfirst.importers.models import SOURCE_LENGTH_MAX
from standfirst.importers.refusals import BrokenDate, NotWordPress, UnknownVersion
from standfirst.importers.report import Report
from standfirst.importers.wordpress import wxr
from standfirst.importers.wordpress.catalogue import Catalogue
from standfirst.importers.wordpress.markup import plain
from standfirst.importers.wordpress.xmlstream import RecordStream
from standfirst.kit.xml import Node

VERSIONS = frozenset({"1.0", "1.1", "1.2"})
STORY_CHARACTERS_MAX = 2_000_000  # a long novel; more cannot be edited on the desk
_WITHOUT_PLACE = {
    "nav_menu_item": "menus are made from sections here",
    "revision": "it is an earlier version of something",
}
_HIDDEN = {"trash": "it lies in the trash", "auto-draft": "it is an empty draft that WordPress made by itself"}
KINDS = {"post": "stories", "page": "pages", "attachment": "pictures and files", "guest-author": "authors"}
_SHOWN_KINDS = {**KINDS, "nav_menu_item": "menu items", "revision": "revisions"}


@dataclass(slots=True)
class Survey:
    """What the first reading found."""

    title: str = ""
    version: str = ""
    base_url: str = ""
    hosts: set[str] = field(default_factory=set)
    catalogue: Catalogue = field(default_factory=Catalogue)
    categories: list[wxr.Term] = field(default_factory=list)
    levels: int = 0

    @property
    def source(self) -> str:
        """The name under which this site's things are remembered."""
        parts = urlsplit(self.base_url if "//" in self.base_url else f"//{self.base_url}")
        place = f"{parts.netloc.lower()}{parts.path.rstrip('/')}" or "unnamed"
        return f"wordpress:{place}"[:SOURCE_LENGTH_MAX]


def survey(path: Path, zone: ZoneInfo, report: Report, moved: Callable[[int], None]) -> Survey:
    """Read the whole file and return what it holds; ``report`` is told of each item that has no place here.

    Refusals: NotReadable, NotWordPress, UnknownVersion, MalformedXML, ControlCharacter, DeclaresEntities,
    RecordTooLarge, BrokenDate, BrokenNumber.
    """
    found = Survey()
    stream = RecordStream(path, moved=moved)
    for node in stream:
        if node.name == "item":
            _check_version(found, stream, node)
            _survey_item(found, wxr.item(node, zone), report)
        else:
            _survey_head(found, node, report)
    if not (found.version or stream.namespace_version):
        raise NotWordPress(path=path.name, line=stream.lines, reason="nothing in it was written by WordPress")
    found.version = found.version or stream.namespace_version
    found.levels = found.catalogue.level_pages()
    return found


def _survey_head(found: Survey, node: Node, report: Report) -> None:
    if node.name == "title":
        found.title = node.text
    elif node.name == "wp:wxr_version":
        if node.text not in VERSIONS:
            raise UnknownVersion(line=node.line, version=node.text[:20] or "(none)")
        found.version = node.text
    elif node.name == "wp:base_blog_url" or (node.name == "link" and not found.base_url):
        found.base_url = node.text or found.base_url
    elif node.name == "wp:category":
        found.categories.append(wxr.term(node))
    elif node.name == "wp:term":
        _survey_term(found, wxr.term(node), report)


def _survey_term(found: Survey, term: wxr.Term, report: Report) -> None:
    if term.taxonomy == "category":
        found.categories.append(term)
    elif term.taxonomy not in {"post_tag", "author"}:
        reason = (
            _WITHOUT_PLACE["nav_menu_item"]
            if term.taxonomy == "nav_menu"
            else f"terms of the taxonomy “{term.taxonomy}” have no place here"
        )
        report.leave_out("terms", term.name, reason, line=term.line)


def _check_version(found: Survey, stream: RecordStream, node: Node) -> None:
    if found.version:
        return
    if not stream.namespace_version:
        raise NotWordPress(path=stream.path.name, line=node.line, reason="its items are not WordPress'")
    if stream.namespace_version not in VERSIONS:
        raise UnknownVersion(line=node.line, version=stream.namespace_version)


def _survey_item(found: Survey, item: wxr.Item, report: Report) -> None:
    if not found.base_url and item.link:
        parts = urlsplit(item.link)
        found.base_url = f"{parts.scheme}://{parts.netloc}"
    reason = left_out_reason(item)
    if item.number and item.kind not in wxr.IGNORED_KINDS and not found.catalogue.note(item):
        reason = "its number came before in this file"
    if reason:
        report.leave_out(_SHOWN_KINDS.get(item.kind, item.kind), shown(item), reason, line=item.line)
        for remark in item.remarks:
            report.leave_out("comments", shown_remark(remark), "what it belongs to is left out", line=remark.line)
        return
    if item.attachment_url:
        found.hosts.add(urlsplit(item.attachment_url).netloc.lower())
    if is_dated(item) and item.published_at is None:
        raise BrokenDate(line=item.line, field="wp:post_date", value="0000-00-00 00:00:00")


def is_dated(item: wxr.Item) -> bool:
    """Say whether ``item`` is one that readers see by its date."""
    return item.kind in {"post", "page"} and item.status in {"publish", "future"}


def left_out_reason(item: wxr.Item) -> str:
    """Return why ``item`` has no place here, "" if it has one."""
    if not item.number:
        return "it has no number, so that a second import could not know it again"
    if item.kind not in KINDS:
        return _WITHOUT_PLACE.get(item.kind) or f"items of the kind “{item.kind}” have no place here"
    if item.status in _HIDDEN:
        return _HIDDEN[item.status]
    if item.locked:
        return "it is protected by a password, and what is published here is open to all"
    if len(item.content) > STORY_CHARACTERS_MAX:
        return f"its text has more than {STORY_CHARACTERS_MAX:,} characters"
    return ""


def shown(item: wxr.Item) -> str:
    """Return how the report names ``item``."""
    return f"{plain(item.title) or item.slug or '(without a title)'} (number {item.number or '?'})"


def shown_remark(remark: wxr.Remark) -> str:
    """Return how the report names a comment."""
    return f"comment {remark.number} by {plain(remark.author) or 'nobody'}"
