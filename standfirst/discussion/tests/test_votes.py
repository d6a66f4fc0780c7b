from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from standfirst.accounts.models import Guest
from standfirst.discussion import counts, refusals, votes
from standfirst.discussion.models import Comment, Swing, Vote
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_thread

NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)
CAST: dict[int, Callable[..., Guest]] = {1: votes.up, -1: votes.down, 0: votes.withdraw}


def counted(comment: Comment) -> tuple[int, int, int]:
    comment.refresh_from_db()
    return comment.up_count, comment.down_count, comment.score


@pytest.mark.django_db
def test_a_vote_is_cast_turned_and_withdrawn() -> None:
    comment, guest = a_comment(a_thread()), a_guest()
    seen = []

    for value in (1, 1, -1, 0, 0, -1):
        CAST[value](comment_id=comment.pk, guest=guest)
        seen.append(counted(comment))

    assert seen == [(1, 0, 1), (1, 0, 1), (0, 1, -1), (0, 0, 0), (0, 0, 0), (0, 1, -1)]
    assert counts.check_counts() == []


@pytest.mark.django_db
def test_nobody_votes_on_their_own_comment() -> None:
    guest = a_guest()
    comment = a_comment(a_thread(), guest=guest)

    with pytest.raises(refusals.VoteRefused):
        votes.up(comment_id=comment.pk, guest=guest)

    assert counted(comment) == (0, 0, 0)


@pytest.mark.django_db
def test_nobody_votes_on_what_is_not_published() -> None:
    comment = a_held_comment(a_thread())

    with pytest.raises(refusals.NoSuchComment):
        votes.up(comment_id=comment.pk, guest=a_guest())


@pytest.mark.django_db
def test_throwing_the_key_away_does_not_help_to_vote_often() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        comment = a_comment(a_thread())
        for _ in range(votes.VOTES_ON_A_COMMENT_FROM_AN_ADDRESS_MAX):
            votes.up(comment_id=comment.pk, address_hash="a" * 32)
            clock.shift(votes.SAME_PRESS_SECONDS + 1)

        with pytest.raises(refusals.TooManyVotes):
            votes.up(comment_id=comment.pk, address_hash="a" * 32)

    assert counted(comment) == (10, 0, 10)
    assert Guest.objects.filter(votes__isnull=True, comments__isnull=True).count() == 0


@pytest.mark.django_db
def test_a_double_click_without_a_script_and_without_a_key_is_one_vote() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        comment = a_comment(a_thread())
        first = votes.up(comment_id=comment.pk, address_hash="a" * 32)
        second = votes.up(comment_id=comment.pk, address_hash="a" * 32)
        votes.up(comment_id=comment.pk, address_hash="b" * 32)
        clock.shift(votes.SAME_PRESS_SECONDS + 1)
        another = votes.up(comment_id=comment.pk, address_hash="a" * 32)

    assert first is not None
    assert second is None  # nobody is handed the key of the first
    assert another not in {None, first}
    assert counted(comment) == (3, 0, 3)
    assert counts.check_counts() == []


@pytest.mark.django_db
def test_swings_are_forgotten_after_a_week() -> None:
    with time_machine.travel(NOON, tick=False):
        comment = a_comment(a_thread())
        votes.up(comment_id=comment.pk)

    with time_machine.travel(NOON + timedelta(days=8), tick=False):
        assert votes.forget_swings() == 1

    assert counted(comment) == (1, 0, 1)


class RandomVotes(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.sampled_from([1, -1, 0])), max_size=25))
    def test_after_any_votes_the_counts_are_those_of_the_rows(self, cast: list[tuple[int, int, int]]) -> None:
        thread = a_thread()
        said = [a_comment(thread) for _ in range(3)]
        guests = [a_guest() for _ in range(4)]

        for number, voter, value in cast:
            CAST[value](comment_id=said[number].pk, guest=guests[voter])

        assert counts.check_counts() == []
        for comment in said:
            steps = sum(Swing.objects.filter(comment=comment).values_list("step", flat=True))
            assert counted(comment)[2] == steps


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_two_hundred_votes_at_once_by_a_hundred_voters_are_counted_exactly(
    at_once: Callable[..., list[Exception]],
) -> None:
    comment = a_comment(a_thread())
    voters = [a_guest() for _ in range(100)]

    raised = []
    for start in range(0, 100, 10):
        group = voters[start : start + 10]
        calls = [lambda voter=voter: votes.up(comment_id=comment.pk, guest=voter) for voter in [*group, *group]]
        raised += at_once(calls)

    assert raised == []
    assert Vote.objects.count() == 100
    assert counted(comment) == (100, 0, 100)
    assert counts.check_counts() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_comments_posted_at_once_are_counted_exactly(at_once: Callable[..., list[Exception]]) -> None:
    thread = a_thread()
    root = a_comment(thread)

    raised = at_once([lambda: a_comment(thread, parent=root) for _ in range(12)])

    thread.refresh_from_db()
    root.refresh_from_db()
    assert raised == []
    assert (thread.published_count, root.reply_count, thread.event) == (13, 12, 13)
    assert counts.check_counts() == []
