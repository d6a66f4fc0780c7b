"""What a WordPress export says: authors, terms, items and comments, as plain records."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from standfirst.importers.refusals import BrokenDate, BrokenNumber
from standfirst.kit.xml import Node

YEAR_MIN, YEAR_MAX = 1000, 9998  # an address holds four digits; a time zone may move the last day
_NUMBER = re.compile(r"[0-9]{1,19}")
# Nothing is read from an item of these kinds, so nothing in it can be wrong.
IGNORED_KINDS = frozenset(
    [
        "nav_menu_item",
        "revision",
        "custom_css",
        "customize_changeset",
        "oembed_cache",
        "user_request",
        "wp_block",
        "wp_template",
        "wp_template_part",
        "wp_global_styles",
        "wp_navigation",
        "wp_font_family",
        "wp_font_face",
    ]
)


@dataclass(frozen=True, slots=True)
class Person:
    """A ``wp:author``."""

    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Term:
    """A category, a tag or another term; ``parent`` is a slug."""

    taxonomy: str
    number: str
    slug: str
    name: str
    parent: str
    description: str
    line: int


@dataclass(frozen=True, slots=True)
class Filing:
    """A ``category`` of an item: the ``domain`` is category, post_tag, author, post_format …"""

    domain: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment. ``parent`` is "" for one that answers no other, ``feedback_form`` for one that answers no question."""

    number: str
    parent: str
    author: str
    text: str
    written_at: datetime | None
    approved: str
    kind: str
    line: int
    feedback_form: str = ""


@dataclass(slots=True)
class Item:
    """A post, a page, an attachment or another item."""

    number: str
    kind: str
    line: int
    title: str
    link: str
    creator: str
    content: str
    excerpt: str
    status: str
    slug: str
    parent: str
    order: int
    locked: bool
    sticky: bool
    comments_open: bool
    published_at: datetime | None
    modified_at: datetime | None
    attachment_url: str
    filings: list[Filing] = field(default_factory=list)
    meta: dict[str, list[str]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def first_meta(self, key: str) -> str:
        """Return the first value of the meta ``key``, "" if there is none."""
        return next(iter(self.meta.get(key, ())), "")


def person(node: Node) -> Person:
    """Read a ``wp:author``."""
    login = node.get("wp:author_login")
    whole = " ".join(filter(None, [node.get("wp:author_first_name"), node.get("wp:author_last_name")]))
    return Person(login=login, name=node.get("wp:author_display_name") or whole or login)


_TERM_FIELDS = {
    "wp:category": ("category_nicename", "cat_name", "category_parent", "category_description"),
    "wp:tag": ("tag_slug", "tag_name", "tag_parent", "tag_description"),
    "wp:term": ("term_slug", "term_name", "term_parent", "term_description"),
}
_TAXONOMIES = {"wp:category": "category", "wp:tag": "post_tag"}


def term(node: Node) -> Term:
    """Read a ``wp:category``, ``wp:tag`` or ``wp:term``."""
    slug, name, parent, description = _TERM_FIELDS[node.name]
    return Term(
        taxonomy=_TAXONOMIES.get(node.name) or node.get("wp:term_taxonomy"),
        number=node.get("wp:term_id"),
        slug=node.get(f"wp:{slug}"),
        name=node.get(f"wp:{name}"),
        parent=node.get(f"wp:{parent}"),
        description=node.get(f"wp:{description}"),
        line=node.line,
    )


def item(node: Node, zone: ZoneInfo) -> Item:
    """Read an ``item``; a date without an offset is one of ``zone``.

    Refusals: BrokenDate, BrokenNumber; neither for kinds of items that are left out anyway.
    """
    kind = node.get("wp:post_type") or "post"
    ignored = kind in IGNORED_KINDS
    return Item(
        number=node.get("wp:post_id") if ignored else _number(node, "wp:post_id"),
        kind=kind,
        line=node.line,
        title=node.get("title"),
        link=node.get("link"),
        creator=node.get("dc:creator"),
        content="" if ignored else node.get("content:encoded"),
        excerpt=node.get("excerpt:encoded"),
        status=node.get("wp:status") or "publish",
        slug=node.get("wp:post_name"),
        parent=_reference(node.get("wp:post_parent")),
        order=_order(node.get("wp:menu_order")),
        locked=bool(node.get("wp:post_password")),
        sticky=node.get("wp:is_sticky") == "1",
        comments_open=node.get("wp:comment_status") != "closed",
        published_at=None if ignored else _published_at(node, zone),
        modified_at=None if ignored else _moment(node, "wp:post_modified_gmt", UTC),
        attachment_url=node.get("wp:attachment_url"),
        filings=list(_filings(node)),
        meta=_meta(node),
        remarks=[] if ignored else [_remark(child, zone) for child in node.children if child.name == "wp:comment"],
    )


def _number(node: Node, name: str) -> str:
    """Return the number, "" if there is none: what has no number cannot be found again and is left out."""
    child = next(node.all(name), None)
    value = child.text if child else ""
    if not value:
        return ""
    if not _NUMBER.fullmatch(value):
        raise BrokenNumber(line=child.line if child else node.line, field=name, value=value[:40])
    return str(int(value))


def _reference(value: str) -> str:
    return str(int(value)) if _NUMBER.fullmatch(value) and int(value) else ""


def _order(value: str) -> int:
    return int(value) if re.fullmatch(r"-?[0-9]{1,9}", value) else 0


def _filings(node: Node) -> Iterator[Filing]:
    seen = set()
    for child in node.children:
        domain = {"tag": "post_tag"}.get(child.attributes.get("domain", ""), child.attributes.get("domain", ""))
        # WXR 1.0 writes each category twice; the one without a nicename says nothing new.
        slug = child.attributes.get("nicename", "")
        if child.name == "category" and domain and slug and (domain, slug) not in seen:
            seen.add((domain, slug))
            yield Filing(domain=domain, slug=slug, name=child.text or slug)


def _meta(node: Node) -> dict[str, list[str]]:
    meta: dict[str, list[str]] = {}
    for child in node.children:
        if child.name == "wp:postmeta":
            meta.setdefault(child.get("wp:meta_key"), []).append(child.get("wp:meta_value"))
    return meta


def _remark(node: Node, zone: ZoneInfo) -> Remark:
    return Remark(
        number=_number(node, "wp:comment_id"),
        parent=_reference(node.get("wp:comment_parent")),
        author=node.get("wp:comment_author"),
        text=node.get("wp:comment_content"),
        written_at=_moment(node, "wp:comment_date_gmt", UTC) or _moment(node, "wp:comment_date", zone),
        approved=node.get("wp:comment_approved"),
        kind=node.get("wp:comment_type") or "comment",
        line=node.line,
        feedback_form=_feedback_form(node),
    )


def _feedback_form(node: Node) -> str:
    """Return the number of the question that a comment answers; the question itself has another one in its text."""
    for meta in node.all("wp:commentmeta"):
        if meta.get("wp:meta_key") == "wpdiscuz_feedback_form_id":
            number = meta.get("wp:meta_value").strip()
            return number if number.isascii() and number.isdigit() and int(number) else ""
    return ""


def _published_at(node: Node, zone: ZoneInfo) -> datetime | None:
    return (
        _moment(node, "wp:post_date_gmt", UTC) or _moment(node, "wp:post_date", zone) or _mail_date(node.get("pubDate"))
    )


def _moment(node: Node, name: str, zone: tzinfo) -> datetime | None:
    """Return the moment, None for a missing one and for 0000-00-00, which is WordPress for none."""
    child = next(node.all(name), None)
    value = child.text if child else ""
    if child is None or not value or value.startswith("0000-00-00"):
        return None
    try:
        naive = datetime.strptime(value, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - the zone follows
    except ValueError as error:
        raise BrokenDate(line=child.line, field=name, value=value[:40]) from error
    if not YEAR_MIN <= naive.year <= YEAR_MAX:
        raise BrokenDate(line=child.line, field=name, value=value[:40])
    return naive.replace(tzinfo=zone).astimezone(UTC)


def _mail_date(value: str) -> datetime | None:
    # WordPress writes "Wed, 30 Nov -0001" for none, so a broken one says nothing.
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC) if YEAR_MIN <= moment.year <= YEAR_MAX else None
    except (ValueError, TypeError, OverflowError):
        return None
