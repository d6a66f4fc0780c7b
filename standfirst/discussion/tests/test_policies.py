from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from standfirst.accounts.models import Account, Guest
from standfirst.delivery import changes
from standfirst.discussion import comments, pipeline, posting, refusals, threads
from standfirst.discussion.models import Comment, Policy, Revision, State, Thread
from standfirst.discussion.rules import book, policies
from standfirst.discussion.rules.policies import POLICIES
from standfirst.discussion.rules.refusals import AccountNeeded, NoSuchScope, PolicyUnusable, SlowMode
from standfirst.discussion.writers import Writer
from standfirst.testing.discussion import a_comment, a_guest, a_held_comment, a_moderator, a_thread
from standfirst.testing.rules import a_policy

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)


def say(thread: Thread, text: str = "", *, guest: Guest | None = None, account: Account | None = None) -> Comment:
    text = text or f"Remark {Comment.objects.count()} about the wall"
    return comments.post(thread_key=thread.key, name="Ines", text=text, guest=guest, account=account).comment


def reason(comment: Comment) -> str:
    return Revision.objects.get(comment=comment).reason


@pytest.fixture
def sections(monkeypatch: Any) -> None:
    monkeypatch.setattr(policies, "_scopes", [lambda: [("section:3", "Harbour"), ("section:1", "City")]])


def test_without_a_policy_everybody_writes_and_it_appears_at_once() -> None:
    thread = a_thread()

    assert say(thread).state == State.PUBLISHED
    assert threads.page_of(thread.key).notices == []


def test_the_first_comment_of_a_person_is_held_until_one_is_published() -> None:
    a_policy(checks="first")
    thread, guest = a_thread(), a_guest()
    first = say(thread, guest=guest)
    second = say(thread, guest=guest)
    comments.publish(comment_id=first.pk, by=a_moderator())

    third = say(thread, guest=guest)

    assert (first.state, second.state, third.state) == (State.HELD, State.HELD, State.PUBLISHED)
    assert reason(second) == "checked_first"
    assert "first comment" in comments.why(second)
    assert threads.page_of(thread.key).notices == ["Your first comment is checked before it appears."]


def test_the_first_comment_of_an_account_is_held_too() -> None:
    a_policy(checks="first")
    account = Account.objects.create_user("reader")
    thread = a_thread()
    first = say(thread, account=account)
    comments.publish(comment_id=first.pk, by=a_moderator())

    assert (first.state, say(thread, account=account).state) == (State.HELD, State.PUBLISHED)


def test_where_all_is_checked_all_is_held_and_changes_too() -> None:
    thread, guest = a_thread(), a_guest()
    before = say(thread, guest=guest)
    a_policy(checks="all")

    held = say(thread, guest=guest)
    changed = comments.edit_by_guest(comment_id=before.pk, guest=guest, text="Something else")

    assert (held.state, reason(held), changed.state) == (State.HELD, "checked_all", State.HELD)
    assert threads.page_of(thread.key).notices == ["Comments are checked before they appear."]


def test_where_accounts_are_needed_guests_are_refused_and_told_before() -> None:
    a_policy(takes="accounts")
    thread = a_thread()

    with pytest.raises(AccountNeeded):
        say(thread, guest=a_guest())
    assert say(thread, account=Account.objects.create_user("reader")).state == State.PUBLISHED
    assert threads.page_of(thread.key).notices == ["Only people with an account can comment here."]


def test_a_policy_that_takes_nobody_closes_and_says_since_when() -> None:
    thread = a_thread()
    with time_machine.travel(NOON, tick=False):
        a_policy(takes="nobody")

    page = threads.page_of(thread.key)

    assert (page.is_open, page.notices) == (False, [])
    assert page.closed_in_words == "Closed since Sept. 20, 2026."
    with pytest.raises(refusals.ThreadClosed):
        say(thread)


def test_a_thread_closes_after_its_days_and_its_page_ends_at_that_moment() -> None:
    a_policy(closes_after_days=14)
    with time_machine.travel(NOON, tick=False):
        thread = a_thread()
        page = threads.page_of(thread.key)
    end = NOON + timedelta(days=14)
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert say(thread).state == State.PUBLISHED
    with time_machine.travel(end, tick=False):
        with pytest.raises(refusals.ThreadClosed):
            say(thread)
        after = threads.page_of(thread.key)

    assert (page.is_open, page.expires_at) == (True, end)
    assert (after.is_open, after.expires_at) == (False, None)
    assert "Oct. 4, 2026" in after.closed_in_words


def test_the_days_are_counted_from_when_the_subject_appeared() -> None:
    a_policy(closes_after_days=14)
    threads.open_thread(key="story:9", title="Old", url="/old/", since=datetime(2020, 1, 1, tzinfo=UTC))

    assert not threads.is_open("story:9")


def test_slow_mode_takes_one_comment_of_a_person_in_its_time() -> None:
    a_policy(slow_seconds=120)
    thread, guest, other = a_thread(), a_guest(), a_guest()
    with time_machine.travel(NOON, tick=False):
        say(thread, guest=guest)
        say(thread, guest=other)
        say(a_thread(), guest=guest)
    with time_machine.travel(NOON + timedelta(seconds=100), tick=False), pytest.raises(SlowMode) as refused:
        say(thread, guest=guest)
    with time_machine.travel(NOON + timedelta(seconds=120), tick=False):
        assert say(thread, guest=guest).state == State.PUBLISHED

    assert "in 20 seconds" in str(refused.value)
    assert threads.page_of(thread.key).notices == ["Slow mode: 2 minutes between two comments of a person."]


def test_throwing_the_key_away_does_not_get_around_slow_mode() -> None:
    a_policy(slow_seconds=120)
    thread = a_thread()
    comments.post(thread_key=thread.key, name="Ines", text="One", address_hash="a" * 32)

    with pytest.raises(SlowMode):
        comments.post(thread_key=thread.key, name="Ines", text="Two", address_hash="a" * 32)


def test_slow_mode_is_looked_at_again_under_the_lock() -> None:
    a_policy(slow_seconds=120)
    thread, guest = a_thread(), a_guest()
    terms = threads.terms_of(thread.key)
    draft = posting.drafted(name="Ines", text="The other one")
    say(thread, guest=guest)

    with pytest.raises(SlowMode):
        posting.keep(
            thread_id=thread.pk,
            parent_id=None,
            draft=draft,
            outcome=pipeline.Outcome(),
            writer=Writer(guest, None, ""),
            terms=terms,
        )


@pytest.mark.usefixtures("sections")
def test_the_narrowest_scope_that_says_something_wins() -> None:
    thread = threads.open_thread(key="story:5", title="x", url="/x/", scopes=["section:3", "section:1"])
    elsewhere = a_thread()
    a_policy("site", takes="nobody", slow_seconds=60)
    a_policy("section:1", takes="accounts", checks="all")
    a_policy("section:3", takes="everybody")
    a_policy("story:5", slow_seconds=0)

    terms = threads.terms_of(thread.key)

    assert (terms.is_open, terms.accounts_only, terms.checks, terms.slow_seconds) == (True, False, "all", 0)
    assert not threads.is_open(elsewhere.key)


def test_a_thread_that_somebody_closed_stays_closed_whatever_the_policy() -> None:
    thread = a_thread()
    threads.close_thread(key=thread.key, reason="All is said.")
    a_policy(thread.key, takes="everybody")

    page = threads.page_of(thread.key)

    assert not page.is_open
    assert page.closed_in_words.endswith("All is said.")


@pytest.mark.usefixtures("sections")
def test_a_policy_touches_its_thread_or_what_all_threads_show() -> None:
    thread = a_thread()
    before = changes.head()
    a_policy(thread.key, checks="all")
    a_policy("section:3", checks="all")

    assert [key for _, key in changes.since(before)] == [thread.change_key, POLICIES]


def test_a_policy_is_replaced_and_the_earlier_one_is_kept() -> None:
    by = a_moderator()
    a_policy(checks="all", by=by)
    a_policy(checks="all", by=by)
    a_policy(checks="first", by=by)
    a_policy(by=by)

    assert [(row.checks, row.replaced_at is None) for row in policies.history("site")] == [
        ("first", False),
        ("all", False),
    ]
    assert policies.stances_now() == {}


def test_only_moderators_set_policies_for_what_exists_and_within_reason() -> None:
    somebody = Account.objects.create_user("reader")

    with pytest.raises(refusals.NotAModerator):
        a_policy(by=somebody, checks="all")
    with pytest.raises(NoSuchScope):
        a_policy("section:404", checks="all")
    with pytest.raises(PolicyUnusable):
        a_policy(takes="robots")
    with pytest.raises(PolicyUnusable):
        a_policy(slow_seconds=999_999)
    assert not Policy.objects.exists()


def test_another_process_hears_of_a_policy_at_its_next_comment(monkeypatch: Any) -> None:
    thread = a_thread()
    say(thread)
    held = book._held
    a_policy(checks="all")
    monkeypatch.setattr(book, "_held", held)  # as it still is in the other process

    assert say(thread).state == State.HELD


@pytest.mark.parametrize("what", ["unknown", "withdrawn"])
def test_below_a_story_that_nobody_can_read_nobody_writes(what: str) -> None:
    thread = a_thread()
    if what == "withdrawn":
        threads.withdraw_thread(key=thread.key)

    with pytest.raises(refusals.NoSuchThread):
        comments.post(thread_key=thread.key if what == "withdrawn" else "story:404", name="Ines", text="Hello")
    with pytest.raises(refusals.NoSuchThread):
        threads.page_of(thread.key if what == "withdrawn" else "story:404")


def test_a_thread_that_is_withdrawn_while_somebody_writes_takes_nothing() -> None:
    thread = a_thread()
    draft = posting.drafted(name="Ines", text="Too late")
    threads.withdraw_thread(key=thread.key)

    with pytest.raises(refusals.NoSuchThread):
        posting.keep(
            thread_id=thread.pk,
            parent_id=None,
            draft=draft,
            outcome=pipeline.Outcome(),
            writer=Writer(None, None, ""),
        )


def test_a_comment_in_a_withdrawn_or_closed_thread_is_not_changed() -> None:
    guest, withdrawn, closed = a_guest(), a_thread(), a_thread()
    first, second = a_comment(withdrawn, guest=guest), a_comment(closed, guest=guest)
    threads.withdraw_thread(key=withdrawn.key)
    a_policy(closed.key, takes="nobody")

    with pytest.raises(refusals.NoSuchThread):
        comments.edit_by_guest(comment_id=first.pk, guest=guest, text="Other words")
    with pytest.raises(refusals.ThreadClosed):
        comments.edit_by_guest(comment_id=second.pk, guest=guest, text="Other words")


def test_without_rules_and_policies_posting_asks_nothing_more(django_assert_max_num_queries: Any) -> None:
    thread = a_thread()
    a_held_comment(thread)

    with django_assert_max_num_queries(20) as asked:
        comments.post(thread_key=thread.key, name="Ines", text="A new remark", address_hash="c" * 32)
    told = [query["sql"] for query in asked.captured_queries]

    assert not [sql for sql in told if "discussion_rule" in sql or "discussion_policy" in sql]
    assert sum("discussion_edition" in sql for sql in told) == 1  # with the thread, in one
    a_policy(checks="none")
    say(thread)
    with django_assert_max_num_queries(20) as asked:
        comments.post(thread_key=thread.key, name="Ines", text="One more remark", address_hash="d" * 32)

    assert not [q["sql"] for q in asked.captured_queries if "discussion_rule" in q["sql"] or "_policy" in q["sql"]]
