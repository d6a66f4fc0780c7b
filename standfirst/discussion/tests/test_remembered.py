"""What is remembered of a comment is never shown once anything about it is different."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from standfirst.accounts.models import Guest
from standfirst.discussion import comments, remembered, threads, votes
from standfirst.discussion.models import Comment, Thread
from standfirst.discussion.remembered import COPIES, Memory
from standfirst.discussion.shown import ShownComment
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread


@pytest.fixture(autouse=True)
def empty_memory() -> None:
    remembered.memory.clear()


def shown_comment(number: int = 1, **facts: Any) -> ShownComment:
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    plain: dict[str, Any] = {
        "id": number, "parent_id": 0, "name": "Ines", "html": "<p>Well said.</p>", "written_at": at, "edited_at": None,
        "event": 1, "is_gap": False, "initials": "I", "colour": 1, "up_count": 0, "down_count": 0, "score": 0,
        "level": 0, "url": f"/s/?comment={number}", "replies": (), "replies_more": 0, "replies_after": "",
        "continues_url": "",
    }  # fmt: skip
    return ShownComment(**plain | facts)


def page(thread: Thread) -> str:
    found = threads.page_of(thread.key)
    return "".join(remembered.html(comment, is_open=found.is_open) for comment in found.comments)


def page_from_nothing(thread: Thread) -> str:
    remembered.memory.clear()
    return page(thread)


CHANGES: dict[str, Callable[[Comment, Guest], Any]] = {
    "a vote": lambda root, _guest: votes.up(comment_id=root.pk),
    "a vote on an answer": lambda root, _guest: votes.down(comment_id=root.replies.earliest("id").pk),
    "a change of words": lambda root, guest: comments.edit_by_guest(
        comment_id=root.replies.earliest("id").pk, guest=guest, text="I meant the other wall."
    ),
    "an answer": lambda root, _guest: a_comment(root.thread, parent=root),
    "an answer to an answer": lambda root, _guest: a_comment(root.thread, parent=root.replies.earliest("id")),
    "a rejection": lambda root, _guest: comments.reject(comment_id=root.pk, by=a_moderator(), reason="Off the point."),
    "a rejected answer": lambda root, _guest: comments.reject(
        comment_id=root.replies.earliest("id").pk, by=a_moderator(), reason="Off the point."
    ),
    "a held answer that is published": lambda root, _guest: comments.publish(
        comment_id=a_held_comment(root.thread, parent=root).pk, by=a_moderator()
    ),
    "the end of the discussion": lambda root, _guest: threads.close_thread(key=root.thread.key),
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_page_shows_every_change_though_its_comments_are_remembered(change: Callable[[Comment, Guest], Any]) -> None:
    thread, guest = a_thread(), a_guest()
    root = a_comment(thread)
    a_comment(thread, parent=root, guest=guest)
    before = page(thread)

    change(root, guest)

    after = page(thread)
    assert after != before
    assert after == page_from_nothing(thread)


def test_each_fact_of_a_comment_is_part_of_what_it_is_remembered_under() -> None:
    remembered.html(shown_comment(), is_open=True)

    assert "Reply" not in remembered.html(shown_comment(), is_open=False)
    assert ">3<" in remembered.html(shown_comment(up_count=3), is_open=True)
    assert "changed" in remembered.html(shown_comment(edited_at=datetime(2026, 11, 22, 13, tzinfo=UTC)), is_open=True)
    assert "not shown" in remembered.html(shown_comment(is_gap=True), is_open=True)
    assert "Sam" in remembered.html(shown_comment(replies=(shown_comment(2, name="Sam"),)), is_open=True)


def test_a_comment_is_remembered_for_one_language_and_time_zone() -> None:
    here = remembered.html(shown_comment(), is_open=True)

    with translation.override("de"):
        in_german = remembered.html(shown_comment(), is_open=True)
    with timezone.override("Asia/Tokyo"):
        in_tokyo = remembered.html(shown_comment(), is_open=True)

    assert len({here, in_german, in_tokyo}) == 3


def test_what_is_remembered_is_not_rendered_again() -> None:
    first = remembered.html(shown_comment(), is_open=True)

    assert remembered.html(shown_comment(), is_open=True) is first


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    html = SafeString("x" * 1_000)
    keys = [(shown_comment(number), True, "en", "UTC") for number in range(3)]
    memory = Memory(bytes_max=COPIES * 2_500)
    memory.keep(keys[0], html)
    memory.keep(keys[1], html)
    memory.get(keys[0])

    memory.keep(keys[2], html)

    assert [memory.get(key) is not None for key in keys] == [True, False, True]
    assert memory.bytes_held <= memory.bytes_max


def test_what_is_larger_than_the_whole_memory_is_not_remembered() -> None:
    key = (shown_comment(), True, "en", "UTC")
    memory = Memory(bytes_max=100)

    memory.keep(key, SafeString("x" * 1_000))

    assert memory.get(key) is None
    assert memory.bytes_held == 0
