"""A mark survives the editor, is read back as it was, and is a link on the page."""

import json
import re
import uuid
from html import escape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.blocks import StreamValue

from standfirst.stories.blocks import STORY_FEATURES, BodyBlock
from standfirst.stories.body import render
from standfirst.stories.passages.marks import opening_tag, usable_text
from standfirst.stories.passages.words import asked_in, text_of

pytestmark = pytest.mark.django_db
MARK = "0b8f3c1e-52f1-4c51-9d36-9a8a9a1d0a11"
OTHER = "5d0f7b4e-9d0e-4d43-8a43-3b6f2a4f7c22"
XSS = "'\"><script>alert(1)</script><img src=x onerror=alert(1)>"
said = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cf"]), min_size=1, max_size=60)


def body_of(*texts: str) -> StreamValue:
    return BodyBlock().to_python([{"type": "text", "value": text} for text in texts])


def marked(
    passage: str = "an hour late", text: str = "Were you there?", *, mark: str = MARK, opened: bool = False
) -> str:
    return f"{opening_tag(mark, text, opened=opened)}{passage}</a>"


def edited(source: str) -> str:
    """Return what the editor makes of ``source`` if nothing is changed."""
    converter = ContentstateConverter(features=STORY_FEATURES)
    kept = converter.to_database_format(converter.from_database_format(source))
    return re.sub(r' data-block-key="[^"]*"', "", kept)


@settings(max_examples=60, deadline=None)
@given(text=said, passage=said, opened=st.booleans())
def test_the_editor_gives_back_what_it_was_given(text: str, passage: str, opened: bool) -> None:
    source = f"<p>The boat came <b>back</b> {marked(escape(passage), text, opened=opened)} on Monday.</p>"
    before = asked_in(body_of(source))

    after = asked_in(body_of(edited(source)))

    assert after == before
    assert len(before) == bool(usable_text(text)) * bool(passage.split())


def test_the_editor_keeps_what_stands_inside_of_a_passage_and_around_it() -> None:
    source = f'<p>The boat came {marked("an <b>hour</b> late")} on <a href="https://a.example/">Monday</a>.</p>'

    assert edited(source) == source.replace(f'id="{MARK}" linktype="question"', f'linktype="question" id="{MARK}"')


def test_a_mark_that_asks_nothing_is_not_kept() -> None:
    content = ContentstateConverter(features=STORY_FEATURES).from_database_format(f"<p>{marked()}</p>")
    state = json.loads(content)
    for entity in state["entityMap"].values():
        entity["data"]["question"] = "  "

    kept = ContentstateConverter(features=STORY_FEATURES).to_database_format(json.dumps(state))

    assert "linktype" not in kept
    assert "an hour late" in kept


def test_a_mark_without_an_id_of_its_own_is_given_one() -> None:
    state = json.loads(ContentstateConverter(features=STORY_FEATURES).from_database_format(f"<p>{marked()}</p>"))
    for entity in state["entityMap"].values():
        entity["data"]["mark"] = "javascript:alert(1)"

    kept = ContentstateConverter(features=STORY_FEATURES).to_database_format(json.dumps(state))

    (asked,) = asked_in(body_of(kept))
    assert uuid.UUID(asked.mark).version == 4


def test_a_passage_in_two_paragraphs_is_one_question_and_one_pasted_twice_too() -> None:
    split = body_of(f"<p>It was {marked('an hour')}</p><p>{marked('late again')}.</p>")
    pasted = body_of(f"<p>It was {marked()}.</p>", f"<p>Once more: {marked()}.</p>")

    assert [asked.passage for asked in asked_in(split)] == ["an hour late again"]
    assert [asked.passage for asked in asked_in(pasted)] == ["an hour late"]


def test_questions_are_read_in_their_order() -> None:
    body = body_of(f"<p>{marked('One', 'First?', mark=OTHER, opened=True)} and {marked('two', 'Second?')}</p>")

    assert [(each.mark, each.passage, each.text, each.opened) for each in asked_in(body)] == [
        (OTHER, "One", "First?", True),
        (MARK, "two", "Second?", False),
    ]


def test_a_storys_words_are_those_of_its_text_and_nothing_else() -> None:
    body = BodyBlock().to_python(
        [
            {
                "type": "text",
                "value": f"<p>The boat &amp; the <b>qu</b>ay.</p><ul><li>{marked()}</li><li>Two</li></ul>",
            },
            {"type": "heading", "value": {"text": "A < B", "level": "2"}},
            {"type": "quotation", "value": {"text": "<p>We waited.</p>", "source": "Ines", "source_url": ""}},
            {"type": "support_call", "value": {"text": "Give!"}},
            {"type": "safe_html", "value": "<p>From<br>elsewhere</p><script>alert(1)</script>"},
        ]
    )

    assert text_of(body).split("\n") == [
        *("The boat & the quay.", "an hour late", "Two", "A < B", "We waited.", "From", "elsewhere"),
    ]


def test_on_the_page_a_marked_passage_is_a_link_that_leads_somewhere_without_scripts() -> None:
    html = render(body_of(f"<p>It was {marked()}.</p>"), story_key="story:7")

    assert f'<a class="question-mark" id="question-{MARK}" href="/discussion/threads/story:7/questions/{MARK}/"' in html
    assert "Were you there?" not in html  # that stands where the answers are kept
    assert html.count("question-panel") == 0


def test_a_question_that_is_open_from_the_start_stands_after_its_paragraph() -> None:
    html = render(body_of(f"<p>It was {marked(opened=True)}.</p><p>Then more.</p>"), story_key="story:7")

    paragraph, panel, more = html.index("an hour late"), html.index("<aside"), html.index("Then more.")
    assert paragraph < html.index("</p>") < panel < more


def test_in_a_list_it_stands_inside_of_the_item() -> None:
    html = render(body_of(f"<ul><li>{marked(opened=True)}</li><li>Two</li></ul>"), story_key="story:7")

    assert re.search(r"<aside[^>]*>.*?</aside></li><li", html)


def test_where_a_passage_stands_twice_the_question_stands_once() -> None:
    html = render(body_of(f"<p>{marked(opened=True)}</p><p>{marked(opened=True)}</p>"), story_key="story:7")

    assert html.count(f'id="question-{MARK}"') == 1
    assert html.count("<aside") == 1
    assert html.count('class="question-mark"') == 2


@pytest.mark.parametrize("options", [{}, {"story_key": "story:7", "in_feed": True}], ids=["plain page", "feed"])
def test_where_nobody_answers_a_passage_is_text(options: Any) -> None:
    html = render(body_of(f"<p>It was {marked('<b>late</b>')}.</p>"), **options)

    assert re.sub(r"\s*<(?!/?[pb]>)[^>]*>\s*", "", html).strip() == "<p>It was <b>late</b>.</p>"


def test_nothing_that_is_asked_breaks_out_of_its_place() -> None:
    source = f"<p>{marked(escape(XSS), XSS)}</p>"

    html = render(body_of(edited(source)), story_key="story:7")

    assert "<script" not in html
    assert "<img" not in html
    (asked,) = asked_in(body_of(edited(source)))
    assert (asked.text, asked.passage) == (XSS, XSS)


def test_imported_html_cannot_pose_as_a_question() -> None:
    forged = BodyBlock().to_python([{"type": "safe_html", "value": f'<a data-question="{MARK}" data-opened>x</a>'}])

    assert "question" not in render(forged, story_key="story:7")
    assert asked_in(forged) == []
