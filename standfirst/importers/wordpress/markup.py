"""HTML from elsewhere as a tidy tree, and pieces of that tree as the text that Wagtail keeps."""

import html
import re
import warnings
from collections.abc import Iterable

import nh3
from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from bs4.element import NavigableString, PageElement, PreformattedString

INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "br",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "acronym",
    ]
)
# Inline elements that the desk's text editor keeps, with the name it uses.
RICH = {
    "a": "a",
    "b": "b",
    "strong": "b",
    "i": "i",
    "em": "i",
    "s": "s",
    "strike": "s",
    "del": "s",
    "sub": "sub",
    "sup": "sup",
    "br": "br",
}
# Elements that only dress their text: the text stays, the dress goes.
_DRESS = frozenset(["span", "font", "big", "center", "label", "data"])
LIFTED = frozenset(
    ["img", "iframe", "video", "audio", "embed", "object"]
)  # become blocks of their own, wherever they stand
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "caption",
        "center",
        "col",
        "colgroup",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_EMBEDS = frozenset(["iframe", "video", "audio", "source", "embed", "object", "param"])
_ATTRIBUTES = {
    "*": {"class", "lang", "dir", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "iframe": {"src"},
    "video": {"src", "poster"},
    "audio": {"src"},
    "source": {"src"},
    "embed": {"src"},
    "object": {"data"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "reversed", "type"},
    "time": {"datetime"},
    "blockquote": {"cite"},
    "q": {"cite"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_REMOVED = re.compile(
    r"<(script|style|form|input|select|textarea|button|applet|frame|svg|math|canvas|noscript|template)\b",
    re.IGNORECASE,
)
NESTING_MAX = 150  # elements in elements; no editor makes a tenth of that
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)")
_VOID = frozenset("br hr img col wbr embed source param".split())
_LINK_TO_NOWHERE = re.compile(r"<a>(.*?)</a>", re.DOTALL)
_BLANKS_INSIDE = re.compile(r"(<p>|<li>)\s+|(?<!\s)\s+(?=</p>|</li>)")
_RICH_TAGS = {"p", "ul", "ol", "li", *RICH.values()}


def tidy(source: str) -> str:
    """Return ``source`` as a browser would mend it, without script, style and forms."""
    return nh3.clean(
        source,
        tags=set(INLINE | _BLOCKS | _EMBEDS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        clean_content_tags={"script", "style"},
        url_schemes=_SCHEMES,
        link_rel=None,
        strip_comments=True,
    )


def nests_too_deep(mended: str) -> bool:
    """Say whether elements of ``mended``, which ``tidy`` returned, nest deeper than is looked into."""
    depth = 0
    for closing, name in _TAG.findall(mended):
        depth += -1 if closing else name not in _VOID
        if depth > NESTING_MAX:
            return True
    return False


def flat(mended: str) -> str:
    """Return ``mended`` with paragraphs, pictures and links alone."""
    return nh3.clean(
        mended,
        tags={"p", "br", "a", "img"},
        attributes={"a": {"href"}, "img": {"src", "alt", "class"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )


def tree(source: str) -> BeautifulSoup:
    """Return the tree of ``source``, mended; elements that nest too deep are flattened."""
    mended = tidy(source)
    return parsed(flat(mended) if nests_too_deep(mended) else mended)


def parsed(mended: str) -> BeautifulSoup:
    """Return the tree of ``mended``, which ``tidy`` returned."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        # The comment keeps the parser from taking a lone address for a file name.
        return BeautifulSoup(f"<!-- -->{mended}", "html.parser")


def removed(source: str) -> list[str]:
    """Return the names of elements in ``source`` that no reader gets: scripts, forms and the like."""
    return sorted({name.lower() for name in _REMOVED.findall(source)})


def is_inline(node: PageElement) -> bool:
    """Say whether ``node`` stands in a line of text."""
    if isinstance(node, Tag):
        return node.name in INLINE and not any(child.name in _BLOCKS for child in node.find_all(recursive=True))
    return isinstance(node, NavigableString)


def is_comment(node: PageElement) -> bool:
    """Say whether ``node`` is a comment or another thing that is no text."""
    return isinstance(node, PreformattedString)


def words(nodes: Iterable[PageElement]) -> str:
    """Return the text of ``nodes`` on one line."""
    parts = [node.get_text() for node in nodes if not is_comment(node)]
    return " ".join("".join(parts).split())


def losses(node: Tag) -> set[str]:
    """Return the names of elements in ``node`` that the desk's text editor would lose."""
    return {
        tag.name
        for tag in (node, *node.find_all())
        if tag.name not in RICH and tag.name not in _DRESS and tag.name not in {"p", "ul", "ol", "li"}
    }


def rich(source: str) -> str:
    """Return ``source`` with the elements that the desk's text editor keeps, under the names it uses."""
    return rich_nodes(tree(source).contents)


def rich_nodes(nodes: Iterable[PageElement]) -> str:
    """Return ``nodes`` as ``rich`` does. They are changed."""
    nodes = [node for node in nodes if not is_comment(node)]
    for tag in [each for node in nodes if isinstance(node, Tag) for each in (node, *node.find_all())]:
        tag.name = RICH.get(tag.name, tag.name)
    whole = nh3.clean(
        "".join(str(node) for node in nodes),
        tags=_RICH_TAGS,
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    return _BLANKS_INSIDE.sub(r"\1", _LINK_TO_NOWHERE.sub(r"\1", whole)).strip()


def plain(source: str) -> str:
    """Return the text of ``source`` on one line, without elements and with characters for entities."""
    cleaned = nh3.clean(source, tags=set(), attributes={}, strip_comments=True, clean_content_tags={"script", "style"})
    return " ".join(html.unescape(cleaned).split())
