"""The order "Best": what it goes by follows from the votes, whatever happens."""

from importlib import import_module
from math import isclose, sqrt

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from standfirst.discussion import comments, counts, threads, votes
from standfirst.discussion.comments import BroughtIn
from standfirst.discussion.merit import MERIT_MAX, merit_of
from standfirst.discussion.mine import erasing
from standfirst.discussion.models import Comment, Swing, Vote
from standfirst.testing.accounts import a_reader
from standfirst.testing.discussion import a_comment, a_guest, a_thread, many_comments

COUNTS = st.integers(0, 100_000)
DAYS = st.lists(st.tuples(st.sampled_from([votes.up, votes.down, votes.withdraw]), st.integers(0, 3)), max_size=30)


@given(up=COUNTS, down=COUNTS)
def test_it_is_the_smaller_root_of_wilsons_equation(up: int, down: int) -> None:
    found, number, z = merit_of(up, down), up + down, 1.959964
    if not up:
        assert found == 0
        return
    share = up / number
    spread = z * sqrt(share * (1 - share) / number + z * z / (4 * number * number))
    bound = (share + z * z / (2 * number) - spread) / (1 + z * z / number)

    assert isclose(found, bound * MERIT_MAX, abs_tol=0.6)
    assert 0 <= found < MERIT_MAX


@given(up=COUNTS, down=COUNTS)
def test_a_vote_up_never_makes_it_worse_and_a_vote_down_never_better(up: int, down: int) -> None:
    assert merit_of(up + 1, down) >= merit_of(up, down) >= merit_of(up, down + 1)


def test_many_votes_say_more_than_a_few_that_are_unanimous() -> None:
    assert merit_of(40, 10) > merit_of(3, 0) > merit_of(1, 0) > merit_of(0, 0) == merit_of(0, 5)


class Votes(TestCase):
    """However votes come and go."""

    @settings(max_examples=20, deadline=None)
    @given(cast=DAYS)
    def test_it_follows_from_the_votes_and_so_do_the_swings(self, cast: list[tuple]) -> None:
        comment, voters = a_comment(a_thread()), [a_guest() for _ in range(4)]

        for vote, number in cast:
            vote(comment_id=comment.pk, guest=voters[number])

        comment.refresh_from_db()
        up, down = (Vote.objects.filter(comment=comment, value=value).count() for value in (1, -1))
        assert comment.merit == merit_of(up, down)
        assert sum(Swing.objects.filter(comment=comment).values_list("merit_step", flat=True)) == comment.merit
        assert counts.check_counts() == []


@pytest.mark.django_db
def test_both_votes_of_a_person_who_is_erased_are_taken_off() -> None:
    comment, guest, account = a_comment(a_thread()), a_guest(), a_reader()
    votes.up(comment_id=comment.pk, guest=guest)
    votes.up(comment_id=comment.pk, account=account)
    votes.up(comment_id=comment.pk)

    erasing.erase_person(guest=guest, account=account)

    comment.refresh_from_db()
    assert (comment.up_count, comment.merit) == (1, merit_of(1, 0))
    assert counts.check_counts() == []


@pytest.mark.django_db
def test_votes_that_a_comment_came_with_count() -> None:
    thread = a_thread()
    came = BroughtIn("1", None, "Ole", "Well said.", "markdown", thread.opened_at, "published", up=40, down=10)

    comments.bring_in(thread_key=thread.key, source="test", comments=[came])

    assert Comment.objects.get().merit == merit_of(40, 10)
    assert counts.check_counts() == []


@pytest.mark.django_db
def test_a_wrong_one_is_found_and_put_right() -> None:
    comment = a_comment(a_thread())
    votes.up(comment_id=comment.pk)
    Comment.objects.filter(pk=comment.pk).update(merit=5)

    assert [(drift.what, drift.true) for drift in counts.check_counts()] == [("comment.merit", merit_of(1, 0))]
    counts.recount(thread_key=comment.thread.key)

    assert counts.check_counts() == []


@pytest.mark.django_db
def test_the_migration_fills_it_as_the_votes_say() -> None:
    thread = a_thread()
    many_comments(thread, roots=60)
    for number, comment in enumerate(Comment.objects.order_by("id")):
        up, down = number * number % 97, number * 7 % 31
        came = {"up_count_before": up, "down_count_before": down}
        Comment.objects.filter(pk=comment.pk).update(up_count=up, down_count=down, score=up - down, **came)

    with connection.cursor() as cursor:
        cursor.execute(import_module("standfirst.discussion.migrations.0010_reading").FILL)

    assert counts.check_counts() == []


@pytest.mark.django_db
def test_the_best_come_first_and_the_latest_of_equals() -> None:
    thread = a_thread()
    plain, newer, liked, disputed = (a_comment(thread) for _ in range(4))
    for _ in range(3):
        votes.up(comment_id=liked.pk)
    for vote in (votes.up, votes.up, votes.up, votes.down, votes.down):
        vote(comment_id=disputed.pk)

    shown = threads.page_of(thread.key, order="best").comments

    assert [comment.id for comment in shown] == [liked.pk, disputed.pk, newer.pk, plain.pk]
