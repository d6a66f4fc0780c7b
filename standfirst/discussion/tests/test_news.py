"""What an open page is told: not only what is new."""

from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from standfirst.discussion import comments, news, threads, votes
from standfirst.discussion.mine import erasing, removing
from standfirst.discussion.models import Comment, State
from standfirst.discussion.moderating import picks
from standfirst.discussion.news import News, Voted
from standfirst.discussion.shown import ShownComment
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread

HAPPENINGS = ["post", "answer", "reject", "publish", "edit", "vote", "look"]


def ids(found: tuple[ShownComment, ...]) -> list[int]:
    return [number for each in found for number in (each.id, *ids(each.replies))]


@pytest.mark.django_db
def test_a_comment_that_was_changed_comes_with_its_words() -> None:
    thread, guest = a_thread(), a_guest()
    comment = a_comment(thread, guest=guest)
    known = threads.page_of(thread.key).event

    comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="What I meant is this.")

    found = news.new_since(thread.key, known)
    assert found.comments == ()
    assert [(each.id, each.html, each.is_edited) for each in found.changed] == [
        (comment.pk, "<p>What I meant is this.</p>", True)
    ]
    assert news.new_since(thread.key, found.event).changed == ()


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["rejected", "held", "taken back", "erased"])
def test_a_comment_that_is_gone_comes_as_a_gap_without_a_word_of_it(how: str) -> None:
    thread, guest = a_thread(), a_guest()
    comment = a_comment(thread, guest=guest, name="Ines Vale")
    known = threads.page_of(thread.key).event

    if how == "rejected":
        comments.reject(comment_id=comment.pk, by=a_moderator(), reason="Rule 2")
    elif how == "held":
        comments.hold(comment_id=comment.pk, by=a_moderator())
    elif how == "taken back":
        removing.remove_own(comment_id=comment.pk, guest=guest)
    else:
        erasing.erase_person(guest=guest)

    (gap,) = news.new_since(thread.key, known).changed
    assert (gap.id, gap.is_gap, gap.name, gap.html, gap.author) == (comment.pk, True, "", "", "")


@pytest.mark.django_db
def test_one_that_was_away_and_is_back_is_new_and_not_told_twice() -> None:
    thread, moderator = a_thread(), a_moderator()
    comment = a_comment(thread)
    comments.hold(comment_id=comment.pk, by=moderator)
    known = threads.page_of(thread.key).event

    comments.publish(comment_id=comment.pk, by=moderator)

    found = news.new_since(thread.key, known)
    assert (ids(found.comments), found.changed) == ([comment.pk], ())


@pytest.mark.django_db
def test_a_picked_comment_is_renewed() -> None:
    thread = a_thread()
    comment = a_comment(thread)
    known = threads.page_of(thread.key).event

    picks.pick(comment_id=comment.pk, by=a_moderator())

    (shown,) = news.new_since(thread.key, known).changed
    assert shown.is_picked


@pytest.mark.django_db
def test_what_is_held_is_no_news() -> None:
    thread = a_thread()
    known = threads.page_of(thread.key).event

    held = a_held_comment(thread)
    comments.reject(comment_id=held.pk, by=a_moderator(), reason="Rule 2")

    found = news.new_since(thread.key, known, 0)
    assert (found.comments, found.changed, found.voted) == ((), (), ())


@pytest.mark.django_db
def test_votes_are_told_once_for_each_comment_and_of_published_ones_only() -> None:
    thread = a_thread()
    first, second, gone = (a_comment(thread) for _ in range(3))
    for comment in (first, second, gone):
        votes.up(comment_id=comment.pk)
    known = threads.page_of(thread.key).votes_number
    votes.up(comment_id=first.pk)
    votes.down(comment_id=first.pk)
    votes.down(comment_id=gone.pk)
    comments.reject(comment_id=gone.pk, by=a_moderator(), reason="Rule 2")

    found = news.new_since(thread.key, thread.event, known)

    assert found.voted == (Voted(first.pk, up=2, down=1),)
    assert news.new_since(thread.key, thread.event, found.votes_number).voted == ()


@pytest.mark.django_db
@pytest.mark.parametrize("votes", ["", "-1", "x", "9" * 30, "²"])
def test_a_number_of_votes_that_is_none_is_left_alone(browser: Callable[..., Client], votes: str) -> None:
    thread = a_thread()
    comment = a_comment(thread)

    answer = browser().get(f"/discussion/threads/{thread.key}/since/0/?votes={votes}")

    assert answer.status_code == 200
    assert f'data-comment="{comment.pk}"' in answer.content.decode()


class OpenPages(TestCase):
    """A page that was opened at any time and follows the news shows what a page that is opened now shows."""

    @settings(max_examples=20, deadline=None)
    @given(
        days=st.lists(
            st.tuples(
                st.sampled_from(["post", "answer", "reject", "publish", "edit", "vote", "look"]), st.integers(0, 9)
            ),
            max_size=25,
        )
    )
    def test_following_the_news_is_as_good_as_opening_the_page_again(self, days: list[tuple[str, int]]) -> None:
        thread, moderator, guest = a_thread(), a_moderator(), a_guest()
        written: list[Comment] = []
        event, votes_number, shown = 0, 0, dict[int, tuple[str, int]]()

        for what, number in [*days, ("look", 0)]:
            one = written[number % len(written)] if written else None
            if what == "look":
                found = news.new_since(thread.key, event, votes_number)
                event, votes_number = found.event, found.votes_number
                self.follow(shown, found)
            elif what == "post" or one is None:
                written.append(a_comment(thread, guest=guest if number % 2 else None))
            else:
                self.happen(what, one, moderator, guest, written)

        published = Comment.objects.filter(thread=thread, state=State.PUBLISHED)
        assert shown == {row.pk: (row.html, row.up_count) for row in published}

    def follow(self, shown: dict[int, tuple[str, int]], found: News) -> None:
        for each in self.flat(found.comments + found.changed):
            shown.pop(each.id, None)
            if not each.is_gap:
                shown[each.id] = (each.html, each.up_count)
        for voted in found.voted:
            shown[voted.id] = (shown[voted.id][0], voted.up)

    def flat(self, found: tuple[ShownComment, ...]) -> list[ShownComment]:
        return [each for comment in found for each in (comment, *self.flat(comment.replies))]

    def happen(self, what: str, one: Comment, moderator, guest, written: list[Comment]) -> None:
        one.refresh_from_db()
        published = one.state == State.PUBLISHED
        if what == "answer" and published:
            written.append(a_comment(one.thread, parent=one))
        elif what == "reject" and published:
            comments.reject(comment_id=one.pk, by=moderator, reason="Rule 2")
        elif what == "publish" and not published:
            comments.publish(comment_id=one.pk, by=moderator)
        elif what == "vote" and published:
            votes.up(comment_id=one.pk)
        elif what == "edit" and one.guest_id == guest.pk and comments.may_be_edited(one):
            newest = one.revisions.count()
            comments.edit_by_guest(comment_id=one.pk, guest=guest, text=f"This is wording {newest} of {one.pk}.")
