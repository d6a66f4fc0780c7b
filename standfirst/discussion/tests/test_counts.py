import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from standfirst.accounts.models import Account
from standfirst.discussion import comments, counts, refusals, threads
from standfirst.discussion.models import Comment, Thread
from standfirst.testing.discussion import a_comment, a_held_comment, a_moderator, a_thread


class RandomLife(TestCase):
    """Whatever guests and moderators do, the stored counts are those of the rows."""

    @settings(max_examples=20, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(["say", "wait", "publish", "hold", "reject"]), st.integers(0, 6)), max_size=20
        )
    )
    def test_after_any_life_of_a_thread_no_count_drifts(self, happenings: list[tuple[str, int]]) -> None:
        thread, moderator = a_thread(), a_moderator()
        said = [a_comment(thread)]

        for what, number in happenings:
            self.happen(thread, moderator, said, what, number)

        assert counts.check_counts() == []
        page = threads.page_of(thread.key)
        assert page.count == Comment.objects.filter(thread=thread, state="published").count()

    def happen(self, thread: Thread, moderator: Account, said: list[Comment], what: str, number: int) -> None:
        at = said[number % len(said)]
        try:
            if what == "say":
                said.append(a_comment(thread, parent=at))
            elif what == "wait":
                said.append(a_held_comment(thread, parent=at))
            elif what == "publish":
                comments.publish(comment_id=at.pk, by=moderator)
            elif what == "hold":
                comments.hold(comment_id=at.pk, by=moderator)
            else:
                comments.reject(comment_id=at.pk, by=moderator, reason="Rule 2")
        except (refusals.ParentElsewhere, refusals.DecidedAlready):
            pass


@pytest.mark.django_db
def test_a_count_that_drifts_is_found_and_mended() -> None:
    thread = a_thread()
    root = a_comment(thread)
    a_comment(thread, parent=root)
    Thread.objects.filter(pk=thread.pk).update(published_count=7)
    Comment.objects.filter(pk=root.pk).update(reply_count=3)

    found = {(drift.what, drift.stored, drift.true) for drift in counts.check_counts()}
    counts.recount(thread_key=thread.key)

    assert found == {("thread.published_count", 7, 2), ("comment.reply_count", 3, 1)}
    assert counts.check_counts() == []


@pytest.mark.django_db
def test_the_count_of_a_thread_that_does_not_exist_is_not_made_up() -> None:
    thread = a_thread()
    a_comment(thread)

    assert threads.counts_of([thread.key, "story:404"]) == {thread.key: 1}


@pytest.mark.django_db
def test_the_busiest_threads_are_those_with_most_published_comments() -> None:
    quiet, busy, silent = a_thread(), a_thread(), a_thread()
    a_comment(quiet)
    a_comment(busy)
    a_comment(busy)

    assert threads.busiest(5) == [busy.key, quiet.key]
    assert silent.key not in threads.busiest(5)


@pytest.mark.django_db
def test_a_thread_is_closed_and_opened_again() -> None:
    thread = a_thread()
    threads.close_thread(key=thread.key, reason="All is said.")
    closed = threads.page_of(thread.key)
    threads.close_thread(key=thread.key)
    threads.reopen_thread(key=thread.key)

    assert (closed.is_open, closed.closed_reason) == (False, "All is said.")
    assert threads.page_of(thread.key).is_open
    assert thread.closings.count() == 1


@pytest.mark.django_db
def test_opening_a_thread_again_brings_its_title_and_address_up_to_date() -> None:
    thread = a_thread("story:7", title="Old", url="/old/")

    threads.open_thread(key="story:7", title="New", url="/2026/11/new/", open=False)

    page = threads.page_of("story:7")
    assert (page.title, page.url, page.is_open) == ("New", "/2026/11/new/", False)
    assert Thread.objects.count() == 1
    assert thread.pk == Thread.objects.get().pk
