from typing import Any

import pytest

from standfirst.accounts.models import Guest
from standfirst.delivery import changes
from standfirst.discussion import comments, counts, refusals, threads
from standfirst.discussion.models import State
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread, many_comments

pytestmark = pytest.mark.django_db


def keys_since(cursor: int) -> list[str]:
    return [key for _, key in changes.since(cursor)]


def test_a_comment_is_published_and_counted_and_told() -> None:
    thread = a_thread()
    before = changes.head()

    comment = a_comment(thread, name="Ines", text="Well *said*.")

    page = threads.page_of(thread.key)
    assert (page.count, [shown.html for shown in page.comments]) == (1, ["<p>Well <em>said</em>.</p>"])
    assert comment.state == State.PUBLISHED
    assert keys_since(before) == [counts.BUSIEST, thread.change_key]


def test_a_guest_without_a_key_is_welcomed_with_the_comment() -> None:
    thread = a_thread()

    comment = a_comment(thread)

    assert comment.guest is not None


def test_a_refused_comment_leaves_nothing_behind() -> None:
    thread = a_thread()
    before = changes.head(), Guest.objects.count()

    with pytest.raises(refusals.TextMissing):
        comments.post(thread_key=thread.key, name="Ines", text=" \n ")

    assert (changes.head(), Guest.objects.count()) == before


def test_a_held_comment_is_neither_shown_nor_counted_nor_told() -> None:
    thread = a_thread()
    before = changes.head()

    comment = a_held_comment(thread)

    page = threads.page_of(thread.key)
    assert comment.state == State.HELD
    assert (page.count, page.comments) == (0, ())
    assert keys_since(before) == []


def test_a_moderator_publishes_a_held_comment() -> None:
    thread = a_thread()
    comment = a_held_comment(thread)

    comments.publish(comment_id=comment.pk, by=a_moderator())

    assert threads.page_of(thread.key).count == 1
    assert counts.check_counts() == []


def test_a_rejected_comment_with_answers_leaves_a_gap_that_closes_with_the_last_answer() -> None:
    thread, moderator = a_thread(), a_moderator()
    root = a_comment(thread)
    middle = a_comment(thread, parent=root)
    leaf = a_comment(thread, parent=middle)

    comments.reject(comment_id=root.pk, by=moderator, reason="Rule 2")
    comments.reject(comment_id=middle.pk, by=moderator, reason="Rule 2")
    with_gaps = threads.page_of(thread.key)
    comments.reject(comment_id=leaf.pk, by=moderator, reason="Rule 2")
    empty = threads.page_of(thread.key)

    gap = with_gaps.comments[0]
    assert (gap.is_gap, gap.name, gap.html, gap.replies[0].is_gap) == (True, "", "", True)
    assert gap.replies[0].replies[0].id == leaf.pk
    assert with_gaps.count == 1
    assert (empty.count, empty.comments) == (0, ())
    assert counts.check_counts() == []


def test_a_thread_of_five_thousand_takes_as_many_queries_as_one_of_eight(django_assert_num_queries: Any) -> None:
    small, large = a_thread(), a_thread()
    many_comments(small, roots=2, replies=3)
    many_comments(large, roots=1_000, replies=4)

    with django_assert_num_queries(3):
        threads.page_of(small.key)
    with django_assert_num_queries(3):
        page = threads.page_of(large.key)

    assert page.count == 5_000
    assert [len(comment.replies) for comment in page.comments] == [3] * 20
    assert {comment.replies_more for comment in page.comments} == {1}


def test_what_was_brought_in_once_is_not_brought_in_again() -> None:
    thread = a_thread()
    many_comments(thread, roots=3, replies=2)

    many_comments(thread, roots=4, replies=2)

    assert threads.page_of(thread.key).count == 12
    assert counts.check_counts() == []


def test_the_same_words_sent_twice_are_one_comment() -> None:
    thread, guest = a_thread(), a_guest()

    first = comments.post(thread_key=thread.key, name="Ines", text="Once is enough.", guest=guest)
    second = comments.post(thread_key=thread.key, name="Ines", text="Once is enough.", guest=guest)

    assert second.repeated
    assert second.comment.pk == first.comment.pk
    assert threads.counts_of([thread.key]) == {thread.key: 1}
