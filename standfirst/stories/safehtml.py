"""HTML from elsewhere, reduced to what cannot harm a reader."""

import html as entities
import re
from urllib.parse import unquote, urlsplit

import nh3

HTML_LENGTH_MAX = 500_000  # characters; longer than any story, shorter than what stalls the parser
# A link in a link is mended by the next reading; three are enough for whatever was tried.
CLEANINGS_MAX = 5

_TAGS = frozenset(
    [
        *(
            "a",
            "abbr",
            "b",
            "bdi",
            "bdo",
            "blockquote",
            "br",
            "caption",
            "cite",
            "code",
            "col",
            "colgroup",
            "dd",
            "del",
        ),
        *("details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i"),
        *("img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span"),
        *("strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul"),
        *("var", "wbr"),
    ]
)
_ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "reversed", "type"},
    "time": {"datetime"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
}
# What the cleaner writes: each value in double quotes, a double quote in it as an entity.
_PICTURE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_SKIPPED_BY_BROWSERS = re.compile(r"[\t\n\r]")  # in an address


def safe_html(html: str) -> str:
    """Return ``html`` without script, style, frames, forms, handlers and pictures of other sites.

    A picture of another site would tell that site who reads: its address stays as a link.
    ValueError above HTML_LENGTH_MAX characters. Idempotent.
    """
    if len(html) > HTML_LENGTH_MAX:
        raise ValueError(f"HTML has {len(html)} characters, {HTML_LENGTH_MAX} are allowed")
    for _again in range(CLEANINGS_MAX):
        cleaned = _PICTURE.sub(_own_or_linked, _clean(html))
        if cleaned == html:
            break
        html = cleaned
    return _clean(html)


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener nofollow ugc",
        strip_comments=True,
    )


def _own_or_linked(picture: re.Match[str]) -> str:
    attributes = dict(_ATTRIBUTE.findall(picture[1]))
    url = _SKIPPED_BY_BROWSERS.sub("", entities.unescape(attributes.get("src", ""))).strip()
    if url.startswith("/") and url[1:2] not in {"/", "\\"}:
        return picture[0]
    words = attributes.get("alt", "").strip() or entities.escape(_file_name(url))
    if not url.startswith(("http://", "https://", "//")):
        return words
    return f'<a href="{entities.escape(url)}">{words or entities.escape(url)}</a>'


def _file_name(url: str) -> str:
    try:
        return unquote(urlsplit(url).path.rpartition("/")[2])
    except ValueError:
        return ""
