from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from standfirst.accounts.models import Guest
from standfirst.discussion import comments, pipeline, refusals
from standfirst.discussion.models import Comment, Revision, State, Thread
from standfirst.testing.discussion import a_comment, a_guest, a_moderator, a_thread

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)


def say(thread: Thread, text: str, *, guest: Guest | None = None, address: str = "", name: str = "Ines") -> Comment:
    return comments.post(thread_key=thread.key, name=name, text=text, guest=guest, address_hash=address).comment


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://a.example https://b.example https://c.example", "links"),
        ("THE HARBOUR WALL IS A DISGRACE AND EVERYBODY IN THIS TOWN KNOWS IT", "shouting"),
    ],
)
def test_what_a_person_should_look_at_is_held_with_the_reason(text: str, reason: str) -> None:
    comment = say(a_thread(), text)

    revision = Revision.objects.get(comment=comment)
    assert comment.state == State.HELD
    assert (revision.verdict, revision.reason) == ("hold", reason)
    assert "a person looks at it first" in comments.why(comment)


def test_two_links_are_published() -> None:
    assert say(a_thread(), "https://a.example and https://b.example").state == State.PUBLISHED


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b\u200b", "<!-- -->"[:0], "\x00"])
def test_a_text_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(refusals.TextMissing):
        say(a_thread(), text)


@pytest.mark.parametrize("text", ["x" * 10_001, "x" * 1_000_000, "a\n" * 6_000])
def test_a_text_that_is_too_long_is_refused_and_not_rendered(text: str) -> None:
    with pytest.raises(refusals.TextTooLong):
        say(a_thread(), text)


def test_text_that_no_database_keeps_is_cleaned() -> None:
    comment = say(a_thread(), "before\x00\ud800after\u202e")

    assert comment.html == "<p>beforeafter</p>"


def test_a_guest_who_posts_without_a_pause_is_asked_to_wait() -> None:
    thread, guest = a_thread(), a_guest()
    with time_machine.travel(NOON, tick=False):
        for number in range(pipeline.GUEST_COMMENTS_A_MINUTE_MAX):
            say(thread, f"Remark {number}", guest=guest)

        with pytest.raises(refusals.TooFast):
            say(thread, "One more", guest=guest)
    with time_machine.travel(NOON + timedelta(seconds=61), tick=False):
        assert say(thread, "One more", guest=guest).state == State.PUBLISHED


def test_throwing_the_key_away_does_not_help_a_flood() -> None:
    thread = a_thread()
    with time_machine.travel(NOON, tick=False):
        for number in range(pipeline.ADDRESS_COMMENTS_A_MINUTE_MAX):
            say(thread, f"Remark {number}", address="a" * 32)

        with pytest.raises(refusals.TooFast):
            say(thread, "One more", address="a" * 32)
        assert say(thread, "From elsewhere", address="b" * 32).state == State.PUBLISHED


@pytest.mark.parametrize(("minutes", "refused"), [(5, True), (60 * 25, False)])
def test_the_same_text_again_is_refused_for_a_day(minutes: int, refused: bool) -> None:
    guest, text = a_guest(), "Buy your boats at the old shipyard."
    with time_machine.travel(NOON, tick=False):
        say(a_thread(), text, guest=guest)

    with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
        if refused:
            with pytest.raises(refusals.SaidAlready):
                say(a_thread(), "  buy YOUR boats at the old shipyard. ", guest=guest)
        else:
            assert say(a_thread(), text, guest=guest).state == State.PUBLISHED


def test_thanks_may_be_said_twice() -> None:
    guest = a_guest()
    say(a_thread(), "Thank you!", guest=guest)

    assert say(a_thread(), "Thank you!", guest=guest).state == State.PUBLISHED


def test_a_comment_can_be_changed_until_the_window_closes() -> None:
    guest = a_guest()
    with time_machine.travel(NOON, tick=False):
        comment = say(a_thread(), "First wording", guest=guest)
    with time_machine.travel(NOON + timedelta(minutes=15), tick=False):
        comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Second wording")

    with (
        time_machine.travel(NOON + timedelta(minutes=15, seconds=1), tick=False),
        pytest.raises(refusals.TooLateToEdit),
    ):
        comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Third wording")

    wordings = Revision.objects.filter(comment=comment).order_by("number").values_list("number", "text")
    assert list(wordings) == [(1, "First wording"), (2, "Second wording")]


def test_a_comment_that_was_answered_is_not_changed() -> None:
    thread, guest = a_thread(), a_guest()
    comment = say(thread, "First wording", guest=guest)
    a_comment(thread, parent=comment)

    with pytest.raises(refusals.TooLateToEdit):
        comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Second wording")


def test_a_change_cannot_free_what_is_held() -> None:
    thread, guest = a_thread(), a_guest()
    comment = say(thread, "https://a.example https://b.example https://c.example", guest=guest)

    changed = comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Harmless now")

    assert changed.state == State.HELD


def test_a_change_that_the_rules_would_hold_is_held_and_no_longer_counted() -> None:
    thread, guest = a_thread(), a_guest()
    comment = say(thread, "Harmless", guest=guest)

    comments.edit_by_guest(
        comment_id=comment.pk, guest=guest, text="https://a.example https://b.example https://c.example"
    )

    thread.refresh_from_db()
    comment.refresh_from_db()
    assert (comment.state, thread.published_count) == (State.HELD, 0)


@pytest.mark.parametrize("who", ["another guest", "nobody"])
def test_nobody_else_changes_a_comment(who: str) -> None:
    comment = say(a_thread(), "Mine")

    with pytest.raises(refusals.NotYours):
        comments.edit_by_guest(
            comment_id=comment.pk, guest=a_guest() if who == "another guest" else None, text="Not mine"
        )


def test_a_rejected_comment_is_not_changed() -> None:
    guest = a_guest()
    comment = say(a_thread(), "Insult", guest=guest)
    comments.reject(comment_id=comment.pk, by=a_moderator(), reason="Rule 2")

    with pytest.raises(refusals.TooLateToEdit):
        comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="Praise")


def test_only_a_moderator_decides() -> None:
    comment = say(a_thread(), "Hello")
    somebody = a_moderator()
    somebody.groups.clear()

    with pytest.raises(refusals.NotAModerator):
        comments.reject(comment_id=comment.pk, by=somebody, reason="Rule 2")


def test_what_is_decided_already_is_not_decided_again() -> None:
    comment = say(a_thread(), "Hello")

    with pytest.raises(refusals.DecidedAlready):
        comments.publish(comment_id=comment.pk, by=a_moderator())


def test_addresses_are_forgotten_after_some_days() -> None:
    with time_machine.travel(NOON, tick=False):
        old = say(a_thread(), "Long ago", address="a" * 32)
    with time_machine.travel(NOON + timedelta(days=31), tick=False):
        new = say(a_thread(), "Just now", address="b" * 32)

        forgotten = comments.forget_addresses(older_than_days=30)

    old.refresh_from_db()
    new.refresh_from_db()
    assert (forgotten, old.address_hash, new.address_hash) == (1, "", "b" * 32)
