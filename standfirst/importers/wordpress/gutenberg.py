"""WordPress' block markup, turned into plain HTML.

A post is a tree of blocks written as HTML between comments. Most blocks hold all they show
in their HTML; a few keep it in their attributes, and some show live data of WordPress and
hold nothing at all. Those are named to ``note``, never dropped silently.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from standfirst.importers.wordpress.autop import autop
from standfirst.importers.wordpress.shortcodes import embed_html

HEADER_LENGTH_MAX = 100_000  # characters between <!-- and -->; a block's attributes
DEPTH_MAX = 60  # of blocks in blocks; deeper ones are read as if they stood here
_HEADER = re.compile(r"\s+(/?)wp:((?:[a-z][a-z0-9_-]*/)?[a-z][a-z0-9_-]*)\s+(?:(\{.*\})\s+)?(/?)", re.DOTALL)
_FIGCAPTION = re.compile(r"<figcaption[^<>]*>(.*?)</figcaption>", re.DOTALL | re.IGNORECASE)
_WORDS = re.compile(r"[^\s<>]")
_ANY_TAG = re.compile(r"<[^<>]*>")
_LAYOUT = frozenset({"more", "nextpage", "spacer"})

type Note = Callable[[str], None]
type Expand = Callable[[str], str]

LIVE = frozenset(
    [
        "archives",
        "calendar",
        "categories",
        "latest-comments",
        "latest-posts",
        "page-list",
        "post-comments",
        "query",
        "rss",
        "search",
        "social-links",
        "tag-cloud",
        "loginout",
        "navigation",
        "site-title",
        "site-logo",
        "site-tagline",
        "posts-list-edit",
        "template-part",
        "avatar",
        "comments",
        "comments-form",
        "post-title",
        "post-content",
        "post-date",
        "post-excerpt",
        "post-featured-image",
        "post-author",
        "post-terms",
        "read-more",
    ]
)
# These say all in their HTML.
PLAIN = frozenset(
    [
        "paragraph",
        "heading",
        "list",
        "list-item",
        "image",
        "gallery",
        "quote",
        "pullquote",
        "table",
        "code",
        "preformatted",
        "verse",
        "html",
        "separator",
        "columns",
        "column",
        "group",
        "buttons",
        "button",
        "media-text",
        "video",
        "audio",
        "details",
        "freeform",
        "missing",
        "text-columns",
        "subhead",
        "file",
        "footnotes",
    ]
)


@dataclass(slots=True)
class Block:
    """A block: its name without ``core/``, its attributes, and its HTML with the blocks inside it."""

    name: str
    attributes: dict[str, Any]
    parts: "list[str | Block]" = field(default_factory=list)


def is_block_markup(content: str) -> bool:
    """Say whether ``content`` was written in the block editor."""
    return "<!-- wp:" in content


def parse(content: str) -> list[str | Block]:
    """Return the tree of blocks; text outside any block stays text. Unbalanced markup is mended."""
    root = Block("", {})
    stack = [root]
    for piece in _pieces(content):
        if isinstance(piece, str):
            stack[-1].parts.append(piece)
            continue
        closing, name, attributes, alone = piece
        if closing:
            if any(block.name == name for block in stack[1:]):
                while stack.pop().name != name:
                    pass
            continue
        block = Block(name, attributes)
        stack[-1].parts.append(block)
        if not alone and len(stack) < DEPTH_MAX:
            stack.append(block)
    return root.parts


type _Comment = tuple[bool, str, dict[str, Any], bool]


def _pieces(content: str) -> Iterator[str | _Comment]:
    start = position = 0
    while (at := content.find("<!--", position)) >= 0:
        end = content.find("-->", at)
        if end < 0:
            break
        comment = _comment(content[at + 4 : end])
        position = end + 3 if comment or end - at < HEADER_LENGTH_MAX else at + 4
        if comment is not None:
            if start < at:
                yield content[start:at]
            yield comment
            start = position
    if start < len(content):
        yield content[start:]


def _comment(inside: str) -> _Comment | None:
    if len(inside) > HEADER_LENGTH_MAX:
        return None
    found = _HEADER.fullmatch(inside)
    if found is None:
        return None
    try:
        attributes = json.loads(found[3] or "{}")
    except (ValueError, RecursionError):
        attributes = {}
    return bool(found[1]), found[2].removeprefix("core/"), attributes, bool(found[4])


def to_html(content: str, expand: Expand, note: Note) -> str:
    """Return block markup as HTML; ``expand`` turns shortcodes into HTML."""
    return "\n".join(_top(part, expand, note) for part in parse(content))


def _top(part: "str | Block", expand: Expand, note: Note) -> str:
    if isinstance(part, Block):
        return _block(part, expand, note)
    return autop(expand(part)) if part.strip() else ""


def _inside(block: Block, expand: Expand, note: Note) -> str:
    return "".join(part if isinstance(part, str) else _block(part, expand, note) for part in block.parts)


def _block(block: Block, expand: Expand, note: Note) -> str:
    inside = _inside(block, expand, note)
    name = block.name
    if name == "embed" or name.startswith("core-embed/"):
        return _embed(block, inside, note)
    if name in {"cover", "cover-image"}:
        return _cover(block, inside)
    if name == "shortcode":
        return autop(expand(inside))
    if name in {"paragraph", "freeform", "html"}:
        return expand(inside)
    return "" if _holds_nothing(block, inside, note) else inside


def _holds_nothing(block: Block, inside: str, note: Note) -> bool:
    """Say whether ``block`` shows nothing of its own; tell ``note`` of that, and of blocks that are not known."""
    name = block.name
    if name == "nextpage":
        note("a page break: the story stands on one page here")
    elif name in LIVE and not _WORDS.search(_ANY_TAG.sub("", inside)):
        note(f"the block “{name}” shows live data of WordPress and holds nothing to take")
        return True
    elif name == "block":
        note(f"a reusable block (number {block.attributes.get('ref', '?')}) lies outside the story and was left out")
    elif name not in PLAIN and name not in _LAYOUT:
        note(f"the block “{name}” is not known here; its HTML was taken")
    return name in _LAYOUT


def _embed(block: Block, inside: str, note: Note) -> str:
    caption = _FIGCAPTION.search(inside)
    url = block.attributes.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        note(f"an embed ({block.name}) names no address; its HTML was taken")
        return inside
    return embed_html(url, caption[1] if caption else "")


def _cover(block: Block, inside: str) -> str:
    url = block.attributes.get("url")
    if not isinstance(url, str) or "<img" in inside or "<video" in inside:
        return inside
    if block.attributes.get("backgroundType") == "video":
        return f'<figure><video src="{html.escape(url)}"></video></figure>{inside}'
    number = block.attributes.get("id")
    known = f' class="wp-image-{number}"' if isinstance(number, int) else ""
    return f'<figure><img src="{html.escape(url)}"{known} alt=""></figure>{inside}'
