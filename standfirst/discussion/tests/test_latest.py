"""What was said last, for the front page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from standfirst.discussion import comments, latest, threads
from standfirst.testing.discussion import a_comment, a_held_comment, a_moderator, a_thread, many_comments

pytestmark = pytest.mark.django_db


def told(limit: int = 5) -> list[str]:
    return [each.words for each in latest.latest(limit)]


def test_of_each_thread_the_newest_comment_is_shown_and_the_newest_first() -> None:
    first, second = a_thread(), a_thread(title="The harbour")
    for thread, text in ((first, "One."), (second, "Two."), (first, "Three."), (second, "Four.")):
        a_comment(thread, name="Ole", text=text)

    found = latest.latest(5)

    assert [(each.name, each.words, each.about) for each in found] == [
        ("Ole", "Four.", "The harbour"),
        ("Ole", "Three.", "The ferry returns"),
    ]
    assert told(1) == ["Four."]


def test_neither_what_waits_nor_what_is_gone_nor_a_withdrawn_thread_is_shown() -> None:
    thread, withdrawn = a_thread(), a_thread()
    a_comment(thread, text="It stands.")
    gone = a_comment(thread, text="It goes.")
    a_held_comment(thread)
    a_comment(withdrawn, text="It is away.")
    threads.withdraw_thread(key=withdrawn.key)
    comments.reject(comment_id=gone.pk, by=a_moderator(), reason="Rule 2")

    assert told() == ["It stands."]


def test_it_takes_two_queries_however_many_there_are() -> None:
    for _ in range(6):
        many_comments(a_thread(), roots=30)

    with CaptureQueriesContext(connection) as queries:
        latest.latest(5)

    assert len(queries) == 2
