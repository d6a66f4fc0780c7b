import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfirst.discussion import markup

pytestmark = pytest.mark.one_database

HOSTILE = [
    "'\"><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<scr<script>ipt>alert(1)</script>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg/onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="&#x6a;avascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#x6a;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    '[x](https://e.example "onmouseover=alert(1)")',
    '<https://e.example/"onmouseover=alert(1)>',
    'https://e.example/"onmouseover="alert(1)',
    "https://e.example/'><script>alert(1)</script>",
    "![x](javascript:alert(1))",
    '!["><script>alert(1)</script>](https://e.example/a.png)',
    '![x](https://e.example/a.png"onerror=alert(1))',
    "`<script>alert(1)</script>`",
    "```\n<script>alert(1)</script>\n```",
    "> <iframe src=javascript:alert(1)>",
    "<style>*{display:none}</style><link rel=stylesheet href=//e.example>",
    "<form action=//e.example><input name=text></form>",
    "<base href=//e.example>",
    '<p style="position:fixed" class=thread id=comments>x</p>',
    "\u202egnp.exe",
    "%00<script>",
]
ALLOWED_TAGS = {"a", "b", "blockquote", "br", "code", "del", "em", "i", "li", "ol", "p", "pre", "s", "strong", "ul"}


class Found(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def assert_harmless(html: str) -> None:
    found = Found(html)
    assert found.tags <= ALLOWED_TAGS
    for tag, name, value in found.attributes:
        assert (tag, name) in {("a", "href"), ("a", "rel")}
        if name == "rel":
            assert value == "nofollow ugc noopener noreferrer"
        else:
            assert re.match(r"(?:https?|mailto):", value), value
    hrefs = sum(name == "href" for _, name, _ in found.attributes)
    assert sum(name == "rel" for _, name, _ in found.attributes) >= hrefs


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless(text: str) -> None:
    assert_harmless(markup.from_markdown(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_html_of_an_earlier_system_is_harmless(text: str) -> None:
    assert_harmless(markup.from_html(text))


@given(st.text(alphabet="<>&\"'`*_~[]()!#-:/=\\ \n1ajs.x", max_size=200))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_is_harmless_and_sanitising_it_again_changes_nothing(text: str) -> None:
    html = markup.from_markdown(text)

    assert_harmless(html)
    assert markup.sanitised(html) == html


@given(st.text(alphabet="<>&\"'=/ \nabimgpsrcltonhefj:", max_size=200))
@settings(max_examples=300, deadline=None)
def test_html_brought_in_is_harmless_and_bringing_it_in_again_changes_nothing(text: str) -> None:
    html = markup.from_html(text)

    assert_harmless(html)
    assert markup.from_html(html) == html


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a *b* **c** ~~d~~ `e`", "<p>a <em>b</em> <strong>c</strong> <s>d</s> <code>e</code></p>"),
        ("one\ntwo\n\n\n\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("> said\n\nno", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>no</p>"),
        ("# no heading", "<p># no heading</p>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("5 < 6 & 7 > 6", "<p>5 &lt; 6 &amp; 7 &gt; 6</p>"),
    ],
)
def test_markdown_is_the_small_part_that_comments_need(typed: str, shown: str) -> None:
    assert markup.from_markdown(typed) == shown


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("see https://example.org/a.jpg.", "https://example.org/a.jpg"),
        ("(https://example.org)", "https://example.org"),
        ("![my cat](https://example.org/cat.jpg)", "https://example.org/cat.jpg"),
        ("<https://example.org>", "https://example.org"),
    ],
)
def test_the_address_of_a_picture_or_page_becomes_a_link(typed: str, address: str) -> None:
    html = markup.from_markdown(typed)

    assert f'<a href="{address}" rel="nofollow ugc noopener noreferrer">' in html
    assert "<img" not in html
    assert markup.count_links(html) == 1


@pytest.mark.parametrize(
    "bomb",
    [
        piece * (10_000 // len(piece))
        for piece in ("[", "[](", "![[", "*a ", "*_", ">", "`", "- ", "1. ", "a\n> ", "\\", "&", "https://", "~", "<")
    ],
)
def test_no_text_of_the_longest_length_takes_long(bomb: str) -> None:
    began = time.process_time()

    assert_harmless(markup.from_markdown(bomb))

    assert time.process_time() - began < 0.5


BOMBS = {
    "lists in lists": "\n".join("  " * depth + "- a" for depth in range(140)),
    "quotations in quotations": "\n".join(">" * depth + " a" for depth in range(140)),
    "quotations and lists by turns": "> - " * 2_500,
    "ten thousand links": "[a](//b) " * 1_100 + "<http://a.b> " * 700,
    "addresses": "https://a.b " * 800,
    "pictures in links in pictures": "[![" * 60 + "a" + "](https://a.b)" * 120,
    "emphasis that never ends": "*a**b_" * 1_600,
    "fences": "```\n" * 2_500,
    "code that never ends": "".join("`" * count + "a" for count in range(1, 140)),
    "entities": "&amp;" * 2_000,
    "escapes": "\\*" * 5_000,
    "one long address": "https://" + "a." * 4_990,
    "brackets after an address": "https://a.b/" + "(" * 9_000,
    "spaces": " " * 5_000 + "a" + " " * 4_000,
    "tabs and lists": "\t- a\n" * 1_600,
    "numbers": "".join(f"{number}. a\n" for number in range(1_400)),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_harmless_in_no_time_and_its_page_is_not_deep(bomb: str) -> None:
    began = time.process_time()

    html = markup.from_markdown(bomb[:10_000])

    assert time.process_time() - began < 0.5
    assert_harmless(html)
    assert html.count("<blockquote>") <= 200
    assert len(html) < 500_000


def test_pictures_of_an_earlier_system_become_links() -> None:
    html = markup.from_html('<p>Look <img src="https://e.example/a.png" alt="a boat" onerror="x"></p>')

    assert html == '<p>Look <a href="https://e.example/a.png" rel="nofollow ugc noopener noreferrer">a boat</a></p>'


def test_line_ends_of_an_earlier_system_count_where_it_has_no_blocks() -> None:
    assert markup.from_html("one\r\ntwo\n\n<b>three</b>") == "<p>one<br>two</p><p><b>three</b></p>"


def test_blocks_that_comments_do_not_have_keep_their_words_apart() -> None:
    assert markup.from_html("<h2>one</h2><div>two</div>three") == "<p>one</p><p>two</p><p>three</p>"


def test_html_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="are allowed"):
        markup.from_html("x" * (markup.HTML_LENGTH_MAX + 1))


def test_an_excerpt_ends_with_a_whole_word() -> None:
    text = markup.excerpt("<p>" + "harbour " * 30 + "</p>")

    assert text.endswith("harbour…")
    assert len(text) <= markup.EXCERPT_LENGTH + 1
