"""An item's text as the blocks of a story's body."""

import html
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol
from urllib.parse import unquote, urlsplit

from bs4 import Tag
from bs4.element import PageElement
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from standfirst.importers.wordpress import gutenberg, markup, questions, shortcodes
from standfirst.importers.wordpress.autop import autop
from standfirst.importers.wordpress.tables import table_value
from standfirst.stories.safehtml import HTML_LENGTH_MAX, safe_html

DEPTH_MAX = 40  # of elements in elements that are looked into; deeper ones stay HTML
HEADING_LENGTH_MAX = 255
CAPTION_LENGTH_MAX = 500
ALT_LENGTH_MAX = 255
PULL_QUOTE_LENGTH_MAX = 400
SOURCE_LENGTH_MAX = 255
ADDRESS_LENGTH_MAX = 2_000
GALLERY_PICTURES_MAX = 60
_CONTAINERS = frozenset(
    ["div", "section", "article", "aside", "main", "header", "footer", "nav", "center", "address", "figcaption", "li"]
)
_PICTURE_NUMBER = re.compile(r"\bwp-image-([0-9]{1,19})\b")
_PICTURE_ADDRESS = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?)$", re.IGNORECASE)
_is_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture that is here, with the words the export has for it."""

    number: int
    alt: str
    caption: str


class Media(shortcodes.Attachments, Protocol):
    """Where a body's pictures and files come from."""

    def picture(self, url: str, number: str) -> FoundPicture | None:
        """Return the picture at ``url``, or the export's attachment ``number``; None if it cannot be had."""

    def document(self, url: str) -> str:
        """Return the address here of the file that was at ``url``; "" if it is not here."""


@dataclass(slots=True)
class Body:
    """Blocks as Wagtail stores them, and what of the source fell back or was lost."""

    blocks: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Remember ``what``, once."""
        if what not in self.notes:
            self.notes.append(what)


def convert(content: str, *, item: str, media: Media) -> Body:
    """Return ``content``, block markup or classic text, as blocks. ``item`` is the number of its item."""
    body = Body()

    def expand(text: str) -> str:
        return shortcodes.expand(text, media, item, body.note)

    if gutenberg.is_block_markup(content):
        source = gutenberg.to_html(content, expand, body.note)
    else:
        source = autop(expand(shortcodes.lone_addresses(content)))
    for name in markup.removed(source):
        body.note(f"<{name}> was left out: it does not belong into a story")
    mended = markup.tidy(source)
    if markup.nests_too_deep(mended):
        body.note("elements that nest too deep were left out; their text stays")
        mended = markup.flat(mended)
    tree = markup.parsed(mended)
    for link in tree.find_all("a", href=True):
        link["href"] = media.document(str(link["href"])) or link["href"]
    BodyWriter(body, media, seed=item).write(tree.contents)
    questions.settle(body.blocks, body.note)
    return body


class BodyWriter:
    """Writes HTML nodes into ``body``, block by block, in order."""

    def __init__(self, body: Body, media: Media, *, seed: str) -> None:
        self._body = body
        self._media = media
        self._seed = seed
        self._text: list[str] = []
        self._kept: set[str] = set()

    def write(self, nodes: Iterable[PageElement]) -> None:
        """Write ``nodes`` and finish."""
        self._nodes(nodes, 0)
        self._flush()
        if self._kept:
            self._body.note("kept as HTML: " + ", ".join(f"<{name}>" for name in sorted(self._kept)))

    def _nodes(self, nodes: Iterable[PageElement], depth: int) -> None:
        line: list[PageElement] = []
        for node in list(nodes):
            if markup.is_comment(node):
                continue
            if markup.is_inline(node):
                line.append(node)
                continue
            self._line(line)
            line = []
            if isinstance(node, Tag):
                self._block(node, depth)
        self._line(line)

    def _block(self, tag: Tag, depth: int) -> None:
        if depth > DEPTH_MAX:
            self._keep(str(tag), tag.name)
            return
        write = self._writers.get(tag.name)
        if write is not None:
            write(self, tag, depth)
        elif tag.name in markup.LIFTED:
            self._lift(tag)
        elif tag.find(list(markup.LIFTED)) is not None or tag.name in _CONTAINERS or tag.name in markup.INLINE:
            if tag.get("href"):
                self._body.note(f"a link around more than text, to {tag['href']}, was left out")
            self._nodes(tag.children, depth + 1)
        elif markup.words([tag]):
            self._keep(str(tag), tag.name)

    # Text

    def _paragraph(self, tag: Tag, _depth: int) -> None:
        self._line(list(tag.children))

    def _line(self, nodes: Sequence[PageElement]) -> None:
        """Write a line of text; pictures and the like in it become blocks between its parts."""
        part: list[PageElement] = []
        for node in nodes:
            lifted = _lifted_in(node)
            if lifted and not markup.words([node]):
                self._stretch(part)
                part = []
                for each in lifted:
                    self._lift(each, link=_link_around(node))
                continue
            part.append(node)
        self._stretch(part)

    def _stretch(self, nodes: Sequence[PageElement]) -> None:
        lifted = [each for node in nodes for each in _lifted_in(node)]
        for each in lifted:
            each.extract()
        if markup.words(nodes):
            self._rich_or_kept(nodes, "<p>{}</p>")
        for each in lifted:
            self._lift(each)

    def _rich_or_kept(self, nodes: Sequence[PageElement], around: str = "{}") -> None:
        lost = {name for node in nodes if isinstance(node, Tag) for name in markup.losses(node)}
        if lost:
            self._keep(around.format("".join(str(node) for node in nodes).strip()), *lost)
        else:
            self._add_text(around.format(markup.rich_nodes(nodes)))

    def _list(self, tag: Tag, depth: int) -> None:
        if tag.find(list(markup.LIFTED)) is not None:
            self._nodes(tag.children, depth + 1)
        elif any(each.get("start") or each.has_attr("reversed") or each.get("type") for each in _lists(tag)):
            self._keep(str(tag), "ol start")
        elif markup.words([tag]):
            self._rich_or_kept([tag])

    def _heading(self, tag: Tag, _depth: int) -> None:
        lifted = tag.find_all(list(markup.LIFTED))
        for each in lifted:
            each.extract()
        text = markup.words([tag])
        if len(text) > HEADING_LENGTH_MAX or tag.find(["a", "code", "cite", "q", "abbr"]) is not None:
            self._keep(str(tag), f"{tag.name} with a link or long")
        elif text:
            self._add("heading", {"text": text, "level": str(min(max(int(tag.name[1]), 2), 4))})
        for each in lifted:
            self._lift(each)

    def _rule(self, _tag: Tag, _depth: int) -> None:
        self._add_html("<hr>")

    def _whole(self, tag: Tag, depth: int) -> None:
        """Write an element that stays HTML, unless it holds pictures."""
        if tag.find(list(markup.LIFTED)) is not None:
            self._nodes(tag.children, depth + 1)
        elif markup.words([tag]):
            self._keep(str(tag), tag.name)

    # Quotations

    def _quotation(self, tag: Tag, depth: int) -> None:
        if tag.find(list(markup.LIFTED)) is not None:
            self._nodes(tag.children, depth + 1)
            return
        whole = str(tag)
        source = " · ".join(markup.words([each.extract()]) for each in tag.find_all(["cite", "footer"]))
        text = markup.words([tag])
        url = str(tag.get("cite") or "")
        paragraphs = _paragraphs(tag)
        if not text or paragraphs is None or len(source) > SOURCE_LENGTH_MAX:
            if text or source:
                self._keep(whole, "blockquote")
            return
        self._add(
            "quotation",
            {"text": markup.rich(paragraphs), "source": source, "source_url": url if _usable(url) else ""},
        )

    def _pull_quote(self, tag: Tag, depth: int) -> None:
        quote = tag.find("blockquote") or tag
        whole = str(quote)
        source = " · ".join(markup.words([each.extract()]) for each in quote.find_all(["cite", "footer"]))
        text = markup.words([quote])
        if not text or len(text) > PULL_QUOTE_LENGTH_MAX or len(source) > SOURCE_LENGTH_MAX or quote.find("a"):
            self._nodes(list(markup.tree(whole).contents), depth + 1)
            return
        self._add("pull_quote", {"text": text, "source": source})

    # Figures

    def _figure(self, tag: Tag, depth: int) -> None:
        caption = tag.find("figcaption", recursive=False)
        classes = set(tag.get_attribute_list("class"))
        pictures = tag.find_all("img")
        if "wp-block-pullquote" in classes:
            self._pull_quote(tag, depth)
        elif len(pictures) > 1 and len(pictures) == len(tag.find_all(list(markup.LIFTED))):
            self._gallery(tag, pictures, caption)
        elif len(tag.find_all(list(markup.LIFTED))) == 1 and _only_lifted(tag, caption):
            lifted = tag.find_all(list(markup.LIFTED))[0]
            self._lift(lifted, caption=caption, link=_link_around(lifted.parent))
        elif caption is not None and tag.find("table") is not None:
            self._nodes([child for child in tag.children if child is not caption], depth + 1)
            self._line(list(caption.children))
        else:
            self._nodes(tag.children, depth + 1)

    def _gallery(self, tag: Tag, pictures: list[Tag], caption: Tag | None) -> None:
        values = []
        for img in pictures:
            around = img.find_parent("figure")
            own = around.find("figcaption") if around is not None and around is not tag else None
            value = self._picture_value(img, own)
            if value is not None:
                values.append(value)
            else:
                self._missing(img)
                self._line(list(own.children) if own is not None else [])
        for start in range(0, len(values), GALLERY_PICTURES_MAX):
            some = values[start : start + GALLERY_PICTURES_MAX]
            items = [{"type": "item", "value": value, "id": self._id(f"{start + n}")} for n, value in enumerate(some)]
            self._add("gallery", {"pictures": items})
        if caption is not None:
            self._line(list(caption.children))

    def _lift(self, tag: Tag, *, caption: Tag | None = None, link: str = "") -> None:
        """Write a picture, a recording or a frame as a block of its own."""
        if tag.name == "img":
            self._picture(tag, caption, link)
            return
        inner = tag.find("source")
        raw = tag.get("src") or tag.get("data") or (inner.get("src") if inner else "")
        url = _absolute(str(raw or ""))
        if tag.name == "iframe" and _PICTURE_ADDRESS.search(urlsplit(url).path):
            self._picture(markup.tree(f'<img src="{html.escape(url)}" alt="">').find_all("img")[0], caption, "")
            return
        here = self._media.document(url)
        words = markup.words(caption.children) if caption is not None else ""
        if here:
            self._add_text(f'<p><a href="{html.escape(here)}">{html.escape(words or _file_name(url))}</a></p>')
        elif _usable(url):
            if len(words) > CAPTION_LENGTH_MAX:
                self._body.note("a long caption stands below its embed")
                self._add("embed", {"url": url, "title": "", "caption": ""})
                self._line(list(caption.children if caption is not None else ()))
            else:
                self._add("embed", {"url": url, "title": "", "caption": words})
        else:
            self._body.note(f"<{tag.name}> names no address that can be opened and was left out")
            self._line(list(caption.children if caption is not None else ()))

    def _picture(self, img: Tag, caption: Tag | None, link: str) -> None:
        value = self._picture_value(img, caption)
        if value is None:
            self._missing(img)
            if caption is not None:
                self._line(list(caption.children))
            return
        if link and not _PICTURE_ADDRESS.search(urlsplit(link).path):
            self._body.note(f"a picture linked to {link}; the link was left out")
        long_caption = caption is not None and len(markup.words(caption.children)) > CAPTION_LENGTH_MAX
        self._add("picture", value)
        if long_caption and caption is not None:
            self._line(list(caption.children))

    def _picture_value(self, img: Tag, caption: Tag | None) -> dict[str, Any] | None:
        url = _absolute(str(img.get("src") or ""))
        number = _PICTURE_NUMBER.search(" ".join(img.get_attribute_list("class")))
        found = self._media.picture(url, number[1] if number else "")
        if found is None:
            return None
        words = markup.words(caption.children) if caption is not None else ""
        if caption is not None and caption.find("a") is not None:
            self._body.note("a link in a caption became plain text")
        alt = (str(img.get("alt") or "").strip() or found.alt)[:ALT_LENGTH_MAX]
        if not alt:
            self._body.note("a picture has no alt text and is marked as decoration; please describe it")
        return {
            "picture": {"image": found.number, "alt_text": alt, "decorative": not alt},
            "caption": words if len(words) <= CAPTION_LENGTH_MAX else "",
            "width": "text",
        }

    def _missing(self, img: Tag) -> None:
        """Write a link in place of a picture that is not here."""
        url = _absolute(str(img.get("src") or ""))
        words = str(img.get("alt") or "").strip() or _file_name(url)
        if _usable(url):
            self._add_text(markup.rich(f'<p><a href="{html.escape(url)}">{html.escape(words)}</a></p>'))
        elif words:
            self._add_text(f"<p>{html.escape(words)}</p>")

    # Tables

    def _table(self, tag: Tag, depth: int) -> None:
        value = table_value(tag)
        if tag.find(list(markup.LIFTED)) is not None:
            self._body.note("a table with pictures was taken apart")
            self._nodes([each for row in tag.find_all("tr") for each in row.children], depth + 1)
        elif value is not None:
            self._add("table", value)
        elif markup.words([tag]):
            self._keep(str(tag), "table")

    def _cell(self, tag: Tag, depth: int) -> None:
        self._nodes(tag.children, depth + 1)

    _writers: ClassVar[dict[str, Callable[[Any, Tag, int], None]]] = {
        "p": _paragraph,
        "ul": _list,
        "ol": _list,
        **dict.fromkeys(["h1", "h2", "h3", "h4", "h5", "h6"], _heading),
        "hr": _rule,
        "pre": _whole,
        "dl": _whole,
        "details": _whole,
        "blockquote": _quotation,
        "figure": _figure,
        "table": _table,
        "td": _cell,
        "th": _cell,
    }

    # Blocks

    def _keep(self, source: str, *why: str) -> None:
        self._kept.update(why)
        self._add_html(source)

    def _add_html(self, source: str) -> None:
        safe = safe_html(source) if len(source) <= HTML_LENGTH_MAX else source
        if len(safe) > HTML_LENGTH_MAX:
            self._body.note(f"HTML of more than {HTML_LENGTH_MAX} characters was kept as plain text")
            self._add_text(f"<p>{html.escape(markup.words(markup.tree(source).contents))}</p>")
            return
        self._flush()
        last = self._body.blocks[-1] if self._body.blocks else None
        if last and last["type"] == "safe_html" and len(last["value"]) + len(safe) < HTML_LENGTH_MAX:
            last["value"] += safe
        else:
            self._add("safe_html", safe)

    def _add_text(self, source: str) -> None:
        if source:
            self._text.append(source)

    def _flush(self) -> None:
        if self._text:
            source, self._text = "".join(self._text), []
            self._append("text", source)

    def _add(self, kind: str, value: Any) -> None:
        self._flush()
        self._append(kind, value)

    def _append(self, kind: str, value: Any) -> None:
        self._body.blocks.append({"type": kind, "value": value, "id": self._id(f"{len(self._body.blocks)}")})

    def _id(self, place: str) -> str:
        # The same text gives the same blocks, so that a second run can see that nothing changed.
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._seed}/{len(self._body.blocks)}/{place}"))


def _lifted_in(node: PageElement) -> list[Tag]:
    if not isinstance(node, Tag):
        return []
    return [node] if node.name in markup.LIFTED else node.find_all(list(markup.LIFTED))


def _only_lifted(figure: Tag, caption: Tag | None) -> bool:
    return not markup.words([child for child in figure.children if child is not caption]) or (
        "wp-block-embed" in figure.get_attribute_list("class")
    )


def _link_around(node: PageElement | None) -> str:
    return str(node.get("href") or "") if isinstance(node, Tag) and node.name == "a" else ""


def _lists(tag: Tag) -> list[Tag]:
    return [tag, *tag.find_all(["ol", "ul"])]


def _paragraphs(tag: Tag) -> str | None:
    """Return what a quotation says as paragraphs; None if it is more than paragraphs of simple text."""
    parts: list[str] = []
    line: list[str] = []
    for child in tag.children:
        if isinstance(child, Tag) and (child.name == "p" or not markup.is_inline(child)):
            parts += [f"<p>{''.join(line)}</p>", str(child)]
            line = []
            if child.name != "p" or markup.losses(child):
                return None
        elif isinstance(child, Tag) and markup.losses(child):
            return None
        else:
            line.append(str(child))
    parts.append(f"<p>{''.join(line)}</p>")
    return "".join(part for part in parts if markup.plain(part))


def _absolute(url: str) -> str:
    url = url.strip()
    return f"https:{url}" if url.startswith("//") else url


def _usable(url: str) -> bool:
    try:
        _is_url(url)
    except ValidationError:
        return False
    return len(url) <= ADDRESS_LENGTH_MAX


def _file_name(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2]) if url else ""
