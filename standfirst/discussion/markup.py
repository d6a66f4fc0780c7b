"""What readers type, made into HTML that cannot harm a reader.

A subset of Markdown without HTML, headings, tables and pictures: the address of a picture
becomes a link, so no page makes a browser ask another site for anything. Whatever the
renderer makes passes through nh3, which is the boundary that counts.
"""

import hashlib
import html as entities
import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

NESTING_MAX = 8  # quotes in lists in quotes; deeper levels are shown as text
BRACKETS_MAX = 200  # "[" in one text: more is an attack on the parser, and is shown as text
EMPHASIS_MAX = 1_000  # "*", "_" and "~" in one text, for the same reason
HTML_LENGTH_MAX = 100_000  # characters of HTML that an importer may bring in one comment
EXCERPT_LENGTH = 90  # characters: what a pop-up has room for

_TAGS = {"a", "b", "blockquote", "br", "code", "del", "em", "i", "li", "ol", "p", "pre", "s", "strong", "ul"}
_REL = "nofollow ugc noopener noreferrer"
_SCHEMES = {"http", "https", "mailto"}
_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"']{1,1900}")
_AFTER_ADDRESS = ".,;:!?)]}’”»…"
_PICTURE = re.compile(r"<img\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(src|alt)=\"([^\"]*)\"")
_BLOCK = re.compile(r"<(?:p|br|ul|ol|blockquote|pre)\b")
_BLOCK_ENDS = re.compile(r"</(?:div|section|article|table|tr|h[1-6])\s*>", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^>]*>")
_LINK = re.compile(r"<a\s", re.IGNORECASE)


def from_markdown(text: str) -> str:
    """Return the HTML of ``text``. The caller has limited its length; every rule here is linear in it."""
    calm = _BLANK_LINES.sub("\n\n", text.strip())
    renderer = _plain if _is_bomb(calm) else _markdown
    return sanitised(renderer.render(calm)).strip()


def from_html(html: str) -> str:
    """Return ``html`` from an earlier system in the same subset; line ends count where it has no blocks.

    ValueError above HTML_LENGTH_MAX characters.
    """
    if len(html) > HTML_LENGTH_MAX:
        raise ValueError(f"HTML has {len(html)} characters, {HTML_LENGTH_MAX} are allowed")
    apart = _BLOCK_ENDS.sub("\n\n", html.replace("\r\n", "\n"))
    cleaned = nh3.clean(
        apart,
        tags=_TAGS | {"img"},
        attributes={"a": {"href"}, "img": {"src", "alt"}, "*": set()},
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel=None,
    )
    calm = _BLANK_LINES.sub("\n\n", _PICTURE.sub(_picture_as_link, cleaned))
    return sanitised(calm if _BLOCK.search(calm) else _paragraphs(calm)).strip()


def sanitised(html: str) -> str:
    """Return ``html`` with nothing but the subset's tags, and safe links. Idempotent."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_relative="deny",
        url_schemes=_SCHEMES,
        link_rel=_REL,
    )


def words(html: str) -> str:
    """Return the words of sanitised ``html`` on one line."""
    return " ".join(entities.unescape(_TAG.sub(" ", html)).split())


def excerpt(html: str) -> str:
    """Return the first words of sanitised ``html``, at most EXCERPT_LENGTH characters."""
    text = words(html)
    if len(text) <= EXCERPT_LENGTH:
        return text
    return text[:EXCERPT_LENGTH].rsplit(" ", 1)[0] + "…"


def count_links(html: str) -> int:
    """Return how many links sanitised ``html`` has."""
    return len(_LINK.findall(html))


def fingerprint(text: str) -> str:
    """Return 32 hexadecimal digits by which texts that differ in case and spaces only are the same."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()[:32]


def _is_bomb(text: str) -> bool:
    return text.count("[") > BRACKETS_MAX or sum(map(text.count, "*_~`")) > EMPHASIS_MAX


def _paragraphs(text: str) -> str:
    parts = [part.strip() for part in text.split("\n\n")]
    return "".join(f"<p>{part.replace('\n', '<br>')}</p>" for part in parts if part)


def _picture_as_link(found: re.Match[str]) -> str:
    stated = dict(_ATTRIBUTE.findall(found[1]))
    source = stated.get("src", "")
    return f'<a href="{source}">{stated.get("alt") or source}</a>' if source else stated.get("alt", "")


def _image_as_link(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    source = entities.escape(str(tokens[index].attrs.get("src", "")))
    label = entities.escape(tokens[index].content) or source
    return f'<a href="{source}">{label}</a>'


def _link_bare_addresses(state: StateCore) -> None:
    """Make links of addresses that stand in the text, but not of those inside a link."""
    for block in state.tokens:
        if block.type != "inline" or not block.children or "://" not in block.content:
            continue
        done: list[Token] = []
        inside = 0
        for token in block.children:
            inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            done += [token] if inside or token.type != "text" else _linked(token)
        block.children = done


def _linked(text: Token) -> list[Token]:
    tokens: list[Token] = []
    end = 0
    for found in _BARE_ADDRESS.finditer(text.content):
        address = found[0].rstrip(_AFTER_ADDRESS)
        tokens += [_text(text.content[end : found.start()]), *_link(address)]
        end = found.start() + len(address)
    return [*tokens, _text(text.content[end:])]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _link(address: str) -> list[Token]:
    return [Token("link_open", "a", 1, attrs={"href": address}), _text(address), Token("link_close", "a", -1)]


def _parser(*, bare: bool) -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": NESTING_MAX})
    if bare:
        return parser.enable("newline")
    parser.enable(
        "newline escape entity backticks emphasis balance_pairs link image autolink strikethrough"
        " blockquote list fence code fragments_join".split()
    )
    parser.core.ruler.push("bare_addresses", _link_bare_addresses)
    parser.add_render_rule("image", _image_as_link)
    parser.validateLink = _safe_link  # type: ignore[method-assign]
    return parser


def _safe_link(url: str) -> bool:
    scheme, colon, _rest = url.partition(":")
    return bool(colon) and scheme.lower() in _SCHEMES


_markdown = _parser(bare=False)
_plain = _parser(bare=True)
