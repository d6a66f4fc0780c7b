"""How the text of an item becomes blocks."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfirst.importers.wordpress.body import Body, FoundPicture, convert
from standfirst.importers.wordpress.shortcodes import Attached
from standfirst.stories.safehtml import HTML_LENGTH_MAX

pytestmark = pytest.mark.one_database


class Album:
    """A small set of pictures and files, found by address or number."""

    def __init__(self, *pictures: tuple[str, int], documents: Iterable[tuple[str, str]] = ()) -> None:
        self.pictures = dict(pictures)
        self.documents = dict(documents)

    def picture(self, url: str, number: str) -> FoundPicture | None:
        found = self.pictures.get(url)
        return FoundPicture(found, "", "") if found else None

    def document(self, url: str) -> str:
        return self.documents.get(url, "")

    def gallery(self, numbers: list[str], parent: str) -> list[Attached]:
        known = {"7": "https://a.example/7.jpg", "8": "https://a.example/8.jpg"}
        return [Attached(n, known[n], f"Picture {n}", "") for n in numbers or known if n in known]


def made(content: str, album: Album | None = None) -> Body:
    return convert(content, item="1", media=album or Album())


def kinds(body: Body) -> list[str]:
    return [block["type"] for block in body.blocks]


def values(body: Body) -> list[Any]:
    return [block["value"] for block in body.blocks]


BOAT = ("https://a.example/boat.jpg", 5)


def test_the_same_text_gives_the_same_blocks() -> None:
    assert made("One.\n\n<hr>\n\nTwo.").blocks == made("One.\n\n<hr>\n\nTwo.").blocks


@pytest.mark.parametrize("level", range(1, 7))
def test_headings_find_a_level_below_the_headline(level: int) -> None:
    body = made(f"<h{level}>Tide</h{level}>")

    assert values(body) == [{"text": "Tide", "level": str(min(max(level, 2), 4))}]


def test_a_heading_with_a_link_keeps_it_as_html() -> None:
    body = made('<h3><a href="https://b.example/">Tide</a></h3>')

    assert kinds(body) == ["safe_html"]
    assert 'href="https://b.example/"' in values(body)[0]


def test_pictures_in_a_line_of_text_become_blocks_between() -> None:
    body = made('Before <img src="https://a.example/boat.jpg" alt="A boat"> after', Album(BOAT))

    assert kinds(body) == ["text", "picture", "text"]
    assert values(body)[1]["picture"] == {"image": 5, "alt_text": "A boat", "decorative": False}


def test_a_picture_deep_in_text_stands_after_it() -> None:
    body = made('<em>Before <img src="https://a.example/boat.jpg" alt="A boat"> after</em>', Album(BOAT))

    assert kinds(body) == ["text", "picture"]
    assert values(body)[0] == "<p><i>Before  after</i></p>"


def test_a_picture_without_words_is_marked_as_decoration_and_named() -> None:
    body = made('<img src="https://a.example/boat.jpg">', Album(BOAT))

    assert values(body)[0]["picture"]["decorative"] is True
    assert any("no alt text" in note for note in body.notes)


def test_a_picture_that_is_missing_is_a_link_with_its_caption() -> None:
    body = made("[caption width='3']<img src='https://a.example/no.jpg' alt='Nobody'> On the <b>pier</b>[/caption]")

    assert kinds(body) == ["text"]
    assert values(body)[0] == '<p><a href="https://a.example/no.jpg">Nobody</a></p><p>On the <b>pier</b></p>'


def test_the_old_form_of_a_caption_is_read() -> None:
    body = made(
        '[caption id="a" caption="On the pier"]<img src="https://a.example/boat.jpg" alt="B">[/caption]', Album(BOAT)
    )

    assert values(body)[0]["caption"] == "On the pier"


def test_a_linked_picture_says_where_it_led() -> None:
    body = made('<a href="https://b.example/shop"><img src="https://a.example/boat.jpg" alt="B"></a>', Album(BOAT))

    assert kinds(body) == ["picture"]
    assert any("https://b.example/shop" in note for note in body.notes)


def test_galleries_hold_pictures_of_their_own_and_say_which_are_missing() -> None:
    album = Album(("https://a.example/7.jpg", 70), ("https://a.example/8.jpg", 80))

    body = made('[gallery ids="8,7,9"]\n\n[gallery]', album)

    assert kinds(body) == ["gallery", "gallery"]
    assert [item["value"]["picture"]["image"] for item in values(body)[0]["pictures"]] == [80, 70]
    assert any("not in the export: 9" in note for note in body.notes)


def test_a_gallery_of_blocks_keeps_its_captions() -> None:
    source = (
        '<!-- wp:gallery {"linkTo":"none"} --><figure class="wp-block-gallery">'
        '<!-- wp:image {"id":7} --><figure class="wp-block-image"><img src="https://a.example/7.jpg" alt="Seven"/>'
        "<figcaption>The seventh</figcaption></figure><!-- /wp:image -->"
        '<!-- wp:image {"id":8} --><figure class="wp-block-image"><img src="https://a.example/8.jpg" alt="Eight"/>'
        "</figure><!-- /wp:image --><figcaption>Both</figcaption></figure><!-- /wp:gallery -->"
    )

    body = made(source, Album(("https://a.example/7.jpg", 70), ("https://a.example/8.jpg", 80)))

    assert kinds(body) == ["gallery", "text"]
    assert [item["value"]["caption"] for item in values(body)[0]["pictures"]] == ["The seventh", ""]
    assert values(body)[1] == "<p>Both</p>"


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("[embed width='3']https://v.example/1?a=1&amp;b=2[/embed]", "https://v.example/1?a=1&b=2"),
        ("https://v.example/1", "https://v.example/1"),
        ('[video mp4="https://v.example/1.mp4"][/video]', "https://v.example/1.mp4"),
        ("[audio https://v.example/1.mp3]", "https://v.example/1.mp3"),
        ('<iframe src="//v.example/1"></iframe>', "https://v.example/1"),
        ('<video><source src="https://v.example/1.mp4"></video>', "https://v.example/1.mp4"),
        ('<object data="https://v.example/1.swf"></object>', "https://v.example/1.swf"),
        ('<!-- wp:core-embed/x {"url":"https://v.example/1"} /-->', "https://v.example/1"),
    ],
)
def test_what_lies_elsewhere_becomes_an_embed(source: str, url: str) -> None:
    body = made(source)

    assert [(block["type"], block["value"]["url"]) for block in body.blocks] == [("embed", url)]


def test_an_embed_without_an_address_is_named() -> None:
    body = made('<iframe src="javascript:alert(1)"></iframe>[embed][/embed]')

    assert body.blocks == []
    assert len(body.notes) == 2


def test_a_recording_that_is_here_is_a_link_to_it() -> None:
    body = made(
        "[audio src='https://a.example/1.mp3']", Album(documents=[("https://a.example/1.mp3", "/documents/1/1.mp3")])
    )

    assert values(body) == ['<p><a href="/documents/1/1.mp3">1.mp3</a></p>']


@pytest.mark.parametrize(
    "source",
    [
        "<table><tr><td colspan='2'>One</td></tr><tr><td>Two</td><td>Three</td></tr></table>",
        "<table><tr><th>Berth</th><td>One</td></tr><tr><th>Hours</th><td>2</td></tr></table>",
        "<table><tr><td><code>One</code></td></tr></table>",
        "<table><tr><td><table><tr><td>One</td></tr></table></td></tr></table>",
        "<pre>One</pre>",
        "<dl><dt>One</dt><dd>Two</dd></dl>",
        '<ol start="4"><li>One</li></ol>',
        "<details><summary>One</summary>Two</details>",
        "<blockquote><ul><li>One</li></ul></blockquote>",
        "<p>One <abbr title='Two'>2</abbr></p>",
    ],
)
def test_what_the_desk_would_lose_stays_html_and_is_named(source: str) -> None:
    body = made(source)

    assert kinds(body) == ["safe_html"]
    assert "One" in values(body)[0]
    assert any(note.startswith("kept as HTML") for note in body.notes)


def test_a_plain_table_is_a_table_with_rows_of_one_length() -> None:
    body = made("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td></tr><tr><td>2</td><td><i>3</i></td></tr></table>")

    assert values(body)[0]["columns"] == [{"type": "text", "heading": "A"}, {"type": "text", "heading": "B"}]
    assert values(body)[0]["rows"] == [{"values": ["<p>1</p>", ""]}, {"values": ["<p>2</p>", "<p><i>3</i></p>"]}]


def test_a_quotation_names_its_source_and_where_it_stands() -> None:
    body = made('<blockquote cite="https://b.example/talk"><p>Aye.</p><footer>The mate</footer></blockquote>')

    assert values(body) == [
        {"text": "<p>Aye.</p>", "source": "The mate", "source_url": "https://b.example/talk"},
    ]


def test_a_pull_quote_that_is_long_is_a_quotation() -> None:
    words = "word " * 100
    body = made(f'<figure class="wp-block-pullquote"><blockquote><p>{words}</p></blockquote></figure>')

    assert kinds(body) == ["quotation"]


def test_a_cover_shows_its_picture_and_its_words() -> None:
    source = (
        '<!-- wp:cover {"url":"https://a.example/boat.jpg","id":5} --><div style="background-image:url(x)"><div>'
        "<!-- wp:paragraph --><p>Ahoy</p><!-- /wp:paragraph --></div></div><!-- /wp:cover -->"
    )

    body = made(source, Album(BOAT))

    assert kinds(body) == ["picture", "text"]


def test_markup_that_does_not_balance_keeps_its_words() -> None:
    source = "<!-- wp:group --><div><!-- wp:paragraph --><p>One</p><!-- /wp:columns --><!-- wp:x {broken} --><p>Two</p>"

    assert values(made(source)) == ["<p>One</p><p>Two</p>"]


@pytest.mark.parametrize("name", ["page break", "reusable block", "button"])
def test_what_has_no_text_of_its_own_is_named(name: str) -> None:
    source = {
        "page break": "<!-- wp:nextpage --><!--nextpage--><!-- /wp:nextpage -->",
        "reusable block": '<!-- wp:block {"ref":12} /-->',
        "button": "<!-- wp:html --><form><button>Go</button></form><!-- /wp:html -->",
    }[name]

    assert any(name in note for note in made(source).notes)


def test_an_escaped_shortcode_is_text() -> None:
    assert values(made("Write [[gallery]] for pictures.")) == ["<p>Write [gallery] for pictures.</p>"]


def test_unclosed_shortcodes_swallow_nothing() -> None:
    body = made('[caption id="1"]One\n\n[caption id="2"]Two[/caption]\n\nThree')

    assert "One" in str(values(body))
    assert "Two" in str(values(body))
    assert "Three" in str(values(body))


def test_hostile_markup_stays_harmless() -> None:
    source = (
        '<p onclick="x()">One</p><a href="javascript:x()">Two</a><svg onload=x()></svg><img src=x onerror=x()>'
        '<!-- wp:html --><script>x()</script><style>*{}</style><b onmouseover="x()">Three</b><!-- /wp:html -->'
    )

    shown = str(made(source).blocks)

    assert "x()" not in shown
    assert all(word in shown for word in ("One", "Two", "Three"))


def test_html_that_is_too_long_is_kept_as_words() -> None:
    body = made(f"<pre>{'word ' * (HTML_LENGTH_MAX // 5 + 10)}</pre>")

    assert kinds(body) == ["text"]
    assert any("kept as plain text" in note for note in body.notes)


def test_elements_without_end_are_not_looked_into_forever() -> None:
    body = made("<div>" * 3_000 + "One" + "</div>" * 3_000)

    assert "One" in str(values(body))


PIECES = st.sampled_from(
    [
        *("word", " ", "\n\n", "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<blockquote>", "</blockquote>"),
        *("<table>", "<tr>", "<td>", "</table>", "<ul>", "<li>", "</ul>", "[caption]", "[/caption]", "[gallery]"),
        *("[embed]", "[/embed]", "<figure>", "</figure>", "<figcaption>", "</figcaption>", "<h2>", "</h2>", "<pre>"),
        *("</pre>", "<code>", "</code>", "<a href='https://b.example/'>", "</a>", "<!-- wp:group -->", "<iframe>"),
        *("<!-- /wp:group -->", "<!-- wp:quote -->", "<!-- /wp:quote -->", "<cite>", "</cite>", "<hr>", "<dl>"),
        '<img src="https://a.example/boat.jpg" alt="x">',
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_whatever_comes_gives_blocks_without_losing_words(source: str) -> None:
    body = made(source, Album(BOAT))

    # A browser reads what follows an open iframe as the iframe's own text.
    if "<iframe>" not in source:
        assert str(body.blocks).count("word") >= source.count("word") or "[embed]" in source


@pytest.mark.parametrize(
    "piece",
    ["<div>", "[caption x]", "[gallery ", "<!-- wp:group -->", "<!-- wp:x {", "[embed]", "<p>a", "<a href=x>", "<!--"],
)
def test_a_long_hostile_text_ends(piece: str) -> None:
    made(piece * (100_000 // len(piece)))
