"""While its subject cannot be read, a thread is not read either; nothing in it is lost."""

import pytest

from standfirst.discussion import comments, threads
from standfirst.discussion.refusals import NoSuchComment, NoSuchThread
from standfirst.testing.discussion import a_comment, a_moderator, a_thread

pytestmark = pytest.mark.django_db


def test_nobody_reads_or_writes_in_a_withdrawn_thread() -> None:
    thread = a_thread()
    comment = a_comment(thread)

    threads.withdraw_thread(key=thread.key)

    with pytest.raises(NoSuchThread):
        threads.page_of(thread.key)
    with pytest.raises(NoSuchComment):
        threads.replies_of(comment.pk)
    with pytest.raises(NoSuchThread):
        comments.post(thread_key=thread.key, name="Ines", text="Where did it go?")
    assert threads.counts_of([thread.key]) == {}
    assert threads.busiest(5) == []


def test_a_thread_that_is_opened_again_has_all_its_comments() -> None:
    thread = a_thread()
    a_comment(thread)
    threads.withdraw_thread(key=thread.key)

    threads.open_thread(key=thread.key, title=thread.title, url=thread.url)

    assert threads.page_of(thread.key).count == 1


def test_withdrawing_what_has_no_thread_is_no_fault() -> None:
    threads.withdraw_thread(key="story:404")


def test_publishing_again_opens_what_the_story_closed_and_not_what_a_person_closed() -> None:
    by_story, by_person = a_thread(open=False), a_thread()
    threads.close_thread(key=by_person.key, by=a_moderator(), reason="Enough for today")

    for thread in (by_story, by_person):
        threads.open_thread(key=thread.key, title=thread.title, url=thread.url, open=True)

    assert threads.is_open(by_story.key)
    assert not threads.is_open(by_person.key)
