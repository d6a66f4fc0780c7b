"""Passages that readers quote: found in the published text or refused, found again after it changed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from standfirst.discussion import threads
from standfirst.discussion.models import Comment, Quote, Thread
from standfirst.discussion.questions import anchors, asking
from standfirst.discussion.questions.passages import Passage, Text, link_to
from standfirst.testing.discussion import a_comment, a_thread

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]
TEXT = (
    "The boat came back on Monday, an hour late.\n"
    "“We have waited since the storm,” said the baker, who had brought rolls for the whole quay.\n"
    "The council meets on Thursday to decide about the wall. Nobody expects a quarrel.\n"
    "Nobody expects a quarrel about the pier, either.\n"
)
WALL = "The council meets on Thursday to decide about the wall."


@pytest.fixture(autouse=True)
def text() -> Iterator[dict[str, str]]:
    """The text as it is published now, under "now"."""
    told = {"now": TEXT}
    before = list(anchors._text_of)
    anchors.read_texts_with(lambda _key: told["now"])
    yield told
    anchors._text_of[:] = before


def quote(reader: Client, thread: Thread, words: str, **fields: str) -> Any:
    typed = {"name": "Ines", "text": "Is that so?", "quote": words} | fields
    return reader.post(f"/discussion/threads/{thread.key}/comments/", typed)


def publish(thread: Thread, text: dict[str, str], now: str) -> None:
    text["now"] = now
    asking.follow_text(key=thread.key, asked=[], text=now)


def shown(thread: Thread) -> Any:
    return threads.page_of(thread.key).comments[0]


def test_a_quoted_sentence_stands_above_the_comment_and_leads_to_its_place(browser: Browser) -> None:
    thread = a_thread()

    response = quote(browser(), thread, WALL)

    assert response.status_code == 303
    assert (shown(thread).about, shown(thread).about_passage) == ("quote", WALL)
    assert (
        shown(thread).about_url == f"{thread.url}#text:~:text=The%20council%20meets%20on,decide%20about%20the%20wall."
    )


@pytest.mark.parametrize(
    "typed",
    [
        "the COUNCIL   meets\non thursday to decide about the wall.",
        "The coun\u00adcil meets on Thursday to decide about the wall.",
    ],
)
def test_what_is_kept_are_the_texts_own_words(typed: str, browser: Browser) -> None:
    thread = a_thread()

    quote(browser(), thread, typed)

    assert Quote.objects.get().exact == WALL


def test_plain_quotation_marks_find_the_curly_ones(browser: Browser) -> None:
    thread = a_thread()

    quote(browser(), thread, '"We have waited since the storm," said the baker')

    assert Quote.objects.get().exact == "“We have waited since the storm,” said the baker"


def test_a_selection_over_two_paragraphs_is_found(browser: Browser) -> None:
    thread = a_thread()

    quote(browser(), thread, "an hour late. “We have waited")

    assert Quote.objects.get().exact == "an hour late. “We have waited"


def test_the_same_words_twice_are_told_apart_by_what_stands_around_them(browser: Browser) -> None:
    thread = a_thread()

    quote(browser(), thread, "Nobody expects a quarrel", quote_after=" about the pier, either.")

    assert Quote.objects.get().after.startswith("about the pier")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("The council never meets.", "discussion.quote_not_found"),
        ("<script>alert(1)</script>", "discussion.quote_not_found"),
        ("on", "discussion.quote_too_short"),
        (TEXT * 2, "discussion.quote_too_long"),
        ("x" * 1_000_000, "discussion.quote_too_long"),
    ],
)
def test_words_that_are_not_there_are_refused_and_the_text_is_kept(words: str, code: str, browser: Browser) -> None:
    thread = a_thread()

    refused = quote(browser(), thread, words)

    assert (refused.status_code, refused.headers["X-Refusal"]) == (422, code)
    assert "Is that so?" in refused.content.decode()
    assert "<script>alert" not in refused.content.decode()
    assert Comment.objects.count() == 0


def test_a_story_that_nobody_can_read_is_not_quoted(browser: Browser, text: dict[str, str]) -> None:
    text["now"] = ""

    assert quote(browser(), a_thread(), WALL).headers["X-Refusal"] == "discussion.quote_not_found"


def test_an_empty_quote_is_none(browser: Browser) -> None:
    thread = a_thread()

    quote(browser(), thread, " \n ")

    assert Comment.objects.get().quote is None


def test_an_answer_may_quote_too(browser: Browser) -> None:
    thread = a_thread()
    parent = a_comment(thread)

    quote(browser(), thread, WALL, parent=str(parent.pk))

    assert shown(thread).replies[0].about == "quote"


def test_a_text_that_changes_elsewhere_changes_nothing(browser: Browser, text: dict[str, str]) -> None:
    thread = a_thread()
    quote(browser(), thread, WALL)

    publish(thread, text, "A new beginning.\n" + TEXT.replace("an hour late", "on time"))

    assert shown(thread).about == "quote"


def test_a_passage_that_reads_a_little_differently_is_found_and_said_so(browser: Browser, text: dict[str, str]) -> None:
    thread = a_thread()
    quote(browser(), thread, WALL)

    publish(thread, text, TEXT.replace("meets on Thursday to decide", "meets on Friday to decide"))

    assert (shown(thread).about, shown(thread).about_passage) == ("quote-changed", WALL)
    assert Quote.objects.get().found == WALL.replace("Thursday", "Friday")


def test_a_passage_that_moved_and_changed_is_found_by_its_likeness(browser: Browser, text: dict[str, str]) -> None:
    thread = a_thread()
    quote(browser(), thread, WALL)

    publish(
        thread, text, "On Thursday. The council meets on Friday to decide about the wall.\n" + TEXT.replace(WALL, "")
    )

    assert Quote.objects.get().found == "The council meets on Friday to decide about the wall."


def test_a_passage_that_is_gone_is_said_to_be_and_comes_back_with_the_text(
    browser: Browser, text: dict[str, str]
) -> None:
    thread = a_thread()
    quote(browser(), thread, WALL)

    publish(thread, text, TEXT.replace(WALL, "It rained all week, and fish was cheap."))
    gone = shown(thread)
    publish(thread, text, TEXT)

    assert (gone.about, gone.about_passage, gone.about_url) == ("quote-gone", WALL, "")
    assert shown(thread).about == "quote"


def test_the_page_says_that_the_text_has_changed(browser: Browser, text: dict[str, str]) -> None:
    thread = a_thread()
    quote(browser(), thread, WALL)

    publish(thread, text, "Nothing is as it was.")

    page = browser().get(f"/discussion/threads/{thread.key}/").content.decode()
    assert "The text has changed since: this passage is no longer there." in page


def test_a_text_of_an_attacker_is_shown_as_text(browser: Browser, text: dict[str, str]) -> None:
    thread = a_thread()
    text["now"] = "Somebody wrote <script>alert(1)</script> & '\"><img src=x onerror=alert(1)> on the wall."

    quote(browser(), thread, "<script>alert(1)</script> & '\"><img src=x onerror=alert(1)>")

    page = browser().get(f"/discussion/threads/{thread.key}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


words = st.lists(st.text("abcdéß“”-… \n", min_size=1, max_size=8), min_size=6, max_size=40).map(" ".join)


@given(text=words, begin=st.integers(0, 100), length=st.integers(1, 80))
def test_every_stretch_of_a_text_is_found_in_it(text: str, begin: int, length: int) -> None:
    exact = text[begin : begin + length]

    found = Text(text).passage(exact)

    assert (found is None) is (not exact.split())
    if found is not None:
        assert Text(found.exact).passage(exact) is not None
        assert found.exact in " ".join(text.split())


@given(before=words, exact=words, after=words, added=words)
def test_a_passage_is_found_again_whatever_is_added_around_it(before: str, exact: str, after: str, added: str) -> None:
    kept = Text(f"{before} QQQ {exact} {after}").passage(f"QQQ {exact}")
    assert kept is not None

    now = Text(f"{added} {before} QQQ {exact} {added} {after}").passage_now(kept)

    assert now is not None
    assert Text(now.exact).passage(kept.exact) is not None


def test_a_long_text_with_many_quotes_is_looked_through_in_a_moment() -> None:
    text = Text("the council decides about the wall and the pier and the boat " * 2_000)

    for number in range(20):
        assert (
            text.passage_now(Passage(f"nothing of this number {number} stands anywhere in here", "x" * 40, "y" * 40))
            is None
        )
    assert text.passage("the council decides about the wall") is not None


def test_a_link_to_words_with_signs_in_them_is_an_address() -> None:
    assert link_to("/a/", "well-kept, 50% & more") == "/a/#text:~:text=well%2Dkept%2C%2050%25%20%26%20more"
