"""Who is banned may not write, vote or report, and learns why; who is shadowed waits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from standfirst.accounts import guests
from standfirst.discussion import comments, counts, mine, retention, votes
from standfirst.discussion.models import Ban, Comment, State, Vote
from standfirst.discussion.moderating import bans, deciding, reports
from standfirst.discussion.refusals import NotAModerator, ReasonMissing
from standfirst.testing.discussion import a_comment, a_guest, a_moderator, a_thread

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]
NOON = datetime(2026, 9, 20, 12, tzinfo=UTC)
HERE = "a" * 32


def banned(comment: Comment, target: str = "guest", **more: object) -> Ban:
    given = {"comment_id": comment.pk, "by": a_moderator(), "target": target, "reason": "Rule 2, again."}
    return bans.ban_author(**given | more)  # type: ignore[arg-type]


def test_a_banned_guest_neither_writes_nor_votes_nor_reports_and_learns_why(browser: Browser) -> None:
    thread, reader = a_thread(), browser()
    other = a_comment(thread)
    address = f"/discussion/threads/{thread.key}/comments/"
    reader.post(address, {"name": "Ines", "text": "The first of my comments."})
    banned(Comment.objects.get(name="Ines", thread=thread, pk__gt=other.pk), days=7)

    again = reader.post(address, {"name": "Ines", "text": "The second of them."})
    vote = reader.post(f"/discussion/comments/{other.pk}/votes/", {"vote": "up"})
    report = reader.post(f"/discussion/comments/{other.pk}/reports/", {"reason": "spam"})

    assert {each["X-Refusal"] for each in (again, report)} == {"discussion.banned"}
    assert [each.status_code for each in (again, vote, report)] == [403] * 3
    assert "The second of them." in again.content.decode()
    assert "Rule 2, again." in again.content.decode()
    assert Comment.objects.count() == 2
    assert Vote.objects.count() == 0


def test_a_ban_ends_by_itself_and_earlier_if_somebody_ends_it() -> None:
    thread, guest = a_thread(), a_guest()
    with time_machine.travel(NOON, tick=False):
        ban = banned(a_comment(thread, guest=guest), days=1)
        with pytest.raises(bans.Banned):
            a_comment(thread, guest=guest)
    with time_machine.travel(NOON + timedelta(days=1, seconds=1), tick=False):
        assert a_comment(thread, guest=guest).state == State.PUBLISHED
        with pytest.raises(bans.NoSuchBan):
            bans.end_ban(ban_id=ban.pk, by=a_moderator())
    lasting = banned(a_comment(thread, guest=guest))
    bans.end_ban(ban_id=lasting.pk, by=a_moderator())

    assert a_comment(thread, guest=guest).state == State.PUBLISHED


def test_a_household_is_banned_for_as_long_as_its_address_is_kept() -> None:
    thread = a_thread()
    comment = comments.post(thread_key=thread.key, name="Ines", text="Hello to all", address_hash=HERE).comment

    with pytest.raises(bans.BanTooLong):
        banned(comment, "household")
    banned(comment, "household", days=30)

    with pytest.raises(bans.Banned):
        comments.post(thread_key=thread.key, name="Sam", text="Hello again", address_hash=HERE)
    with pytest.raises(bans.Banned):
        votes.up(comment_id=comment.pk, address_hash=HERE)
    assert comments.post(thread_key=thread.key, name="Sam", text="From next door", address_hash="b" * 32).comment


@pytest.mark.parametrize(("address", "refused"), [("203.0.113.9", True), ("203.0.114.9", False), ("", False)])
def test_a_range_of_addresses_is_banned(address: str, refused: bool) -> None:
    thread = a_thread()
    bans.ban_range(network="203.0.113.0/24", by=a_moderator(), reason="Rule 2")

    if refused:
        with pytest.raises(bans.Banned):
            comments.post(thread_key=thread.key, name="Ines", text="Hello", address=address)
    else:
        assert comments.post(thread_key=thread.key, name="Ines", text="Hello", address=address).comment


@pytest.mark.parametrize("network", ["", "nonsense", "10.0.0.0/8", "2001::/16", "203.0.113.0/99"])
def test_what_is_no_range_or_too_wide_is_refused(network: str) -> None:
    with pytest.raises(bans.RangeTooWide):
        bans.ban_range(network=network, by=a_moderator(), reason="Rule 2")


def test_who_is_shadowed_sees_their_comment_as_waiting_and_no_word_of_a_ban() -> None:
    thread, guest = a_thread(), a_guest()
    other = a_comment(thread)
    banned(a_comment(thread, guest=guest), kind="shadow")

    said = a_comment(thread, guest=guest)
    own = mine.comment(comment_id=said.pk, guest=guest)
    reports.report(comment_id=other.pk, reason="spam", guest=guest)
    other.refresh_from_db()

    assert said.state == State.HELD
    assert own.reason == "A person looks at it first."
    assert other.open_reports == 0


def test_what_the_banned_wrote_before_is_hidden_if_that_is_asked_for() -> None:
    thread, elsewhere, guest, moderator = a_thread(), a_thread(), a_guest(), a_moderator()
    before = [a_comment(where, guest=guest) for where in (thread, elsewhere)]
    root = a_comment(thread)
    banned_one = a_comment(thread, guest=guest, parent=root)
    ban = bans.ban_author(comment_id=banned_one.pk, by=moderator, target="guest", reason="Rule 2")

    many = deciding.hide_banned(ban=ban, by=moderator)

    states = set(Comment.objects.filter(guest=guest).values_list("state", flat=True))
    root.refresh_from_db()
    ban.refresh_from_db()
    assert (many.done, many.left, ban.hid_count, states, root.state) == (3, 0, 3, {"rejected"}, "published")
    assert counts.check_counts() == []
    assert {each.state for each in deciding.undo(by=moderator)} == {"published"}
    assert before[0].pk in {each.pk for each in Comment.objects.filter(state=State.PUBLISHED)}


def test_a_ban_needs_a_moderator_a_reason_and_somebody() -> None:
    comment, nobody = a_comment(a_thread()), a_moderator()
    nobody.groups.clear()

    with pytest.raises(NotAModerator):
        banned(comment, by=nobody)
    with pytest.raises(ReasonMissing):
        banned(comment, reason="  ")
    for target in ("account", "household", "range", "nonsense"):
        with pytest.raises(bans.NobodyToBan):
            banned(comment, target, days=1)
    banned(comment)
    with pytest.raises(bans.BannedAlready):
        banned(comment)
    assert Ban.objects.count() == 1


def test_a_banned_guest_does_not_change_a_comment() -> None:
    guest = a_guest()
    comment = a_comment(a_thread(), guest=guest)
    banned(comment)

    with pytest.raises(bans.Banned):
        comments.edit_by_guest(comment_id=comment.pk, guest=guest, text="An insult, now.")


def test_where_nobody_is_banned_a_comment_and_a_vote_ask_no_question_more() -> None:
    thread, guest = a_thread(), a_guest()
    comment = a_comment(thread)
    seen: list[str] = []

    with connection.execute_wrapper(lambda execute, sql, *rest: (seen.append(sql), execute(sql, *rest))[1]):
        a_comment(thread, guest=guest)
        votes.up(comment_id=comment.pk, guest=guest)

    assert [sql for sql in seen if "discussion_ban" in sql and "FROM discussion_c" not in sql] == []
    assert sum("discussion_ban" in sql for sql in seen) == 2


def test_the_address_of_a_ban_that_is_over_is_forgotten() -> None:
    thread = a_thread()
    with time_machine.travel(NOON, tick=False):
        comment = comments.post(thread_key=thread.key, name="Ines", text="Hello to all", address_hash=HERE).comment
        banned(comment, "household", days=7)
    with time_machine.travel(NOON + timedelta(days=8), tick=False):
        forgotten = retention.forget()

    ban = Ban.objects.get()
    assert (forgotten["ban_addresses"], ban.address_hash, ban.ended_at) == (1, "", ban.until)


def test_a_forged_key_does_not_carry_anothers_ban(browser: Browser) -> None:
    thread, guest = a_thread(), a_guest()
    banned(a_comment(thread, guest=guest))
    reader = browser()
    reader.cookies[guests.COOKIE] = guests.key_of(guest) + "x"

    answer = reader.post(f"/discussion/threads/{thread.key}/comments/", {"name": "Eve", "text": "I am new here."})

    assert answer.status_code == 303
