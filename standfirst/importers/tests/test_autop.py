import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from standfirst.importers.wordpress.autop import autop

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("  \n\n ", ""),
        ("One.", "<p>One.</p>"),
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("One.\r\n \r\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("One,\ntwo.", "<p>One,<br />\ntwo.</p>"),
        ("One,<br>\ntwo.", "<p>One,<br>\ntwo.</p>"),
        ("<em>One</em>\n\n<b>Two</b>", "<p><em>One</em></p>\n<p><b>Two</b></p>"),
        ("One\n<h2>Two</h2>\nThree", "<p>One</p>\n<h2>\nTwo\n</h2>\n<p>Three</p>"),
        ("<ul>\n<li>One</li>\n<li>Two</li>\n</ul>", "<ul>\n<li>\nOne\n</li>\n<li>\nTwo\n</li>\n</ul>"),
        ("<pre>a\n\nb</pre>", "<pre>a\n\nb</pre>"),
        ("<script>a\n\nb</script>", "<script>a\n\nb</script>"),
        ("<blockquote>One\n\nTwo</blockquote>", "<blockquote>\n<p>One</p>\n<p>Two</p>\n</blockquote>"),
        ("<p>One</p>\n\nTwo", "<p>\nOne\n</p>\n<p>Two</p>"),
        ("<p>One\n\nTwo</p>", "<p>\nOne</p>\n<p>Two\n</p>"),
        ("<table><tr><td>One\ntwo</td></tr></table>", "<table>\n<tr>\n<td>\nOne<br />\ntwo\n</td>\n</tr>\n</table>"),
        ("a < b and <3", "<p>a < b and <3</p>"),
        ("<!--more-->\n\nOn.", "<p><!--more--></p>\n<p>On.</p>"),
    ],
)
def test_empty_lines_begin_paragraphs_and_line_ends_stay(text: str, expected: str) -> None:
    assert autop(text) == expected


PIECES = st.sampled_from(
    [
        "word",
        "Wörter",
        "İ",
        "\n",
        "\n\n",
        " ",
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<pre>",
        "</pre>",
        "<li>",
        "<ul>",
        "</ul>",
        "<!--",
        "-->",
        "<br>",
        "<hr/>",
        "<blockquote>",
        "</blockquote>",
        "<",
        ">",
        "&amp;",
        "</",
        "<b>",
        "</b>",
    ]
)


def words(text: str) -> list[str]:
    plain = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    return re.findall(r"\w+", BeautifulSoup(f"<!-- -->{plain}", "html.parser").get_text(" "))


@given(st.lists(PIECES, max_size=60).map("".join))
@settings(max_examples=400, deadline=None)
def test_no_word_is_lost_added_or_moved(text: str) -> None:
    kept = re.findall(r"word|Wörter|İ", autop(text))

    assert kept == re.findall(r"word|Wörter|İ", text)


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_keeps_its_characters(text: str) -> None:
    kept = re.sub(r"</?p>|<br />|\s", "", autop(text))

    assert kept == re.sub(r"</?p>|<br />|\s", "", text)


@pytest.mark.parametrize("piece", ["<pre>", "<!--", "<p>", "<", "<div", "\n", "<br>\n", "</div>", "word\n\n"])
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    # A quadratic rule would need minutes for this.
    assert len(autop(piece * (1_000_000 // len(piece)))) >= 0
