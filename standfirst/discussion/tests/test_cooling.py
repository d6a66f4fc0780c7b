"""Cool-downs: begun by themselves when speed or reports jump, by hand, ended by the clock or a person."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from standfirst.accounts.models import Account
from standfirst.delivery import changes
from standfirst.discussion import comments, refusals, threads
from standfirst.discussion.models import CoolDown, Revision, State, Thread
from standfirst.discussion.rules import cooling
from standfirst.discussion.rules.refusals import CoolDownUnusable, SlowMode
from standfirst.testing.discussion import a_comment, a_guest, a_moderator, a_thread
from standfirst.testing.rules import a_policy

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travelled:
        yield travelled


def busy(thread: Thread, count: int) -> None:
    for _ in range(count):
        a_comment(thread)


def cools(thread: Thread) -> bool:
    return threads.terms_of(thread.key).cools_until is not None


def test_a_thread_whose_speed_jumps_cools_down_by_itself_and_says_so(clock: Any) -> None:
    a_policy(cool_comments=5)
    thread, quiet = a_thread(), a_thread()
    busy(thread, 5)
    busy(quiet, 4)
    before = changes.head()

    assert cooling.watch() == 1

    page = threads.page_of(thread.key)
    row = CoolDown.objects.get()
    assert (cools(thread), cools(quiet), row.begun_by, row.reason) == (
        True,
        False,
        None,
        "5 comments within ten minutes",
    )
    assert "cooling down until" in page.notices[0]
    assert page.expires_at == NOON + timedelta(minutes=60)
    assert thread.change_key in [key for _, key in changes.since(before)]
    assert [each.thread for each in cooling.running()] == [thread]
    assert cooling.watch() == 0


def test_while_it_cools_newcomers_are_held_and_others_write_slowly_and_then_it_ends(clock: Any) -> None:
    thread, known = a_thread(), a_guest()
    a_comment(thread, guest=known)
    cooling.begin(thread_key=thread.key, reason="A row")
    clock.shift(timedelta(minutes=2))

    newcomer = a_comment(thread)
    first = a_comment(thread, guest=known)
    with pytest.raises(SlowMode):
        a_comment(thread, guest=known)
    clock.shift(timedelta(minutes=58))
    after = [a_comment(thread, guest=known), a_comment(thread)]

    assert (newcomer.state, first.state) == (State.HELD, State.PUBLISHED)
    assert Revision.objects.get(comment=newcomer).reason == "cooling"
    assert "cooling down" in comments.why(newcomer)
    assert [comment.state for comment in after] == [State.PUBLISHED, State.PUBLISHED]
    assert (cools(thread), cooling.running(), threads.page_of(thread.key).notices) == (False, [], [])


def test_a_thread_that_was_always_busy_is_left_alone(clock: Any) -> None:
    a_policy(cool_comments=5)
    thread = a_thread()
    for _ in range(6):
        busy(thread, 5)
        clock.shift(timedelta(minutes=10, seconds=1))
    busy(thread, 6)

    assert cooling.watch() == 0


def test_reports_that_jump_cool_a_thread_down(monkeypatch: Any) -> None:
    a_policy(cool_reports=3)
    thread, other = a_thread(), a_thread()
    monkeypatch.setattr(cooling, "_reports", [lambda _since: {thread.pk: 3, other.pk: 2}])

    assert (cooling.watch(), cools(thread), cools(other)) == (1, True, False)
    assert CoolDown.objects.get().reason == "3 reports within ten minutes"


def test_without_a_policy_nothing_cools_down_by_itself(django_assert_num_queries: Any) -> None:
    busy(a_thread(), 20)

    with django_assert_num_queries(1):
        assert cooling.watch() == 0


def test_a_person_ends_it_and_it_does_not_begin_again_at_once(clock: Any) -> None:
    a_policy(cool_comments=5)
    thread, by = a_thread(), a_moderator()
    busy(thread, 5)
    cooling.watch()

    cooling.end(thread_key=thread.key, by=by)
    cooling.end(thread_key=thread.key, by=by)

    row = CoolDown.objects.get()
    assert (row.ended_at, row.ended_by, cools(thread)) == (NOON, by, False)
    assert cooling.watch() == 0
    clock.shift(timedelta(minutes=61))
    busy(thread, 5)
    assert cooling.watch() == 1


def test_a_person_prolongs_it_within_a_day(clock: Any) -> None:
    thread, by = a_thread(), a_moderator()
    cooling.begin(thread_key=thread.key, reason="A row", by=by)

    cooling.prolong(thread_key=thread.key, by=by)
    assert threads.terms_of(thread.key).cools_until == NOON + timedelta(minutes=120)
    for _ in range(3):
        cooling.prolong(thread_key=thread.key, by=by, minutes=24 * 60)
    assert threads.terms_of(thread.key).cools_until == NOON + timedelta(days=1)


def test_one_that_ended_by_itself_is_written_down_when_the_next_begins(clock: Any) -> None:
    thread = a_thread()
    first = cooling.begin(thread_key=thread.key, reason="A row", minutes=10)
    assert cooling.begin(thread_key=thread.key, reason="Another", minutes=20) == first
    clock.shift(timedelta(minutes=30))

    cooling.begin(thread_key=thread.key, reason="Another", minutes=20)

    first.refresh_from_db()
    assert first.ended_at == first.ends_at
    assert [row.reason for row in cooling.latest(thread)] == ["Another", "A row"]


def test_only_moderators_with_a_reason_and_within_a_day() -> None:
    thread, somebody, by = a_thread(), Account.objects.create_user("reader"), a_moderator()

    with pytest.raises(refusals.NotAModerator):
        cooling.begin(thread_key=thread.key, reason="A row", by=somebody)
    with pytest.raises(refusals.NotAModerator):
        cooling.end(thread_key=thread.key, by=somebody)
    with pytest.raises(CoolDownUnusable):
        cooling.begin(thread_key=thread.key, reason=" ", by=by)
    with pytest.raises(CoolDownUnusable):
        cooling.begin(thread_key=thread.key, reason="A row", minutes=1_441, by=by)
    with pytest.raises(refusals.NoSuchThread):
        cooling.begin(thread_key="story:404", reason="A row", by=by)
    assert not CoolDown.objects.exists()
