"""A follower is given each change once, resumes where it stopped, and holds up no other."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import time_machine

from standfirst.delivery import changes, followers
from standfirst.delivery.models import Change, Cursor
from standfirst.kit import clock
from standfirst.testing.delivery import touched

pytestmark = pytest.mark.django_db(transaction=True)


class Diary:
    """A follower that writes down what it is given, and fails when told to."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.fails = False

    def __call__(self, found: Sequence[tuple[int, str]]) -> None:
        self.seen += [key for _, key in found]
        if self.fails:
            raise OSError("the disk is full")


@pytest.fixture
def diary(monkeypatch: pytest.MonkeyPatch) -> Diary:
    made = Diary()
    monkeypatch.setattr(followers, "_followers", {"diary": made})
    touched("before")  # a log that was written to is never empty
    followers.run()
    return made


def test_a_follower_is_given_each_change_once_and_in_order(diary: Diary) -> None:
    touched("a", "b")
    followers.run()
    touched("c")
    followers.run()
    followers.run()

    assert diary.seen == ["a", "b", "c"]


def test_a_follower_that_failed_is_given_the_same_changes_again(diary: Diary) -> None:
    diary.fails = True
    touched("a")
    followers.run()
    failed = Cursor.objects.get(follower="diary")
    diary.fails = False
    followers.run()

    assert diary.seen == ["a", "a"]
    assert (failed.tries, failed.error) == (1, "OSError('the disk is full')")
    assert Cursor.objects.get(follower="diary").error == ""


def test_a_follower_that_fails_holds_up_no_other(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Diary()
    diary.fails = True
    monkeypatch.setattr(followers, "_followers", {"diary": diary, "other": other})
    followers.run()

    touched("a")
    followers.run()

    assert other.seen == ["a"]
    assert followers.behind() == {"diary": 1, "other": 0}


def test_many_changes_are_handed_over_in_batches(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "BATCH", 7)
    touched(*(f"key:{number}" for number in range(50)))

    assert followers.run() == 50
    assert diary.seen == [f"key:{number}" for number in range(50)]


def test_the_log_is_trimmed_once_every_follower_is_past(diary: Diary) -> None:
    touched("a", "b")
    later = clock.now() + timedelta(days=8)

    with time_machine.travel(later):
        before = followers.trim(), list(Change.objects.values_list("key", flat=True))[-2:]
        followers.run()
        followers.trim()

    assert before[1] == ["a", "b"]
    assert [key for _, key in changes.since(0)] == ["b"]
    assert changes.head() == Change.objects.get().id


def test_a_fresh_log_is_not_trimmed(diary: Diary) -> None:
    touched("a")
    followers.run()

    assert followers.trim() == 0
