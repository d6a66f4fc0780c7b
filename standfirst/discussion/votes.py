"""Votes: one a voter and comment, turned or withdrawn at will; the counts change with the rows."""

from datetime import timedelta
from typing import NamedTuple

from django.db import connection

from standfirst.accounts import guests
from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import touch, verb
from standfirst.discussion import comments, threads
from standfirst.discussion.merit import merit_of
from standfirst.discussion.models import Comment, State, Swing, Thread, Vote
from standfirst.discussion.moderating import bans
from standfirst.discussion.refusals import NoSuchComment, NoSuchThread, TooManyVotes, VoteRefused
from standfirst.kit import clock, rows

VOTES_ON_A_COMMENT_FROM_AN_ADDRESS_MAX = 10  # a household or a small office; keys are cheap to throw away
VOTES_AN_HOUR_FROM_AN_ADDRESS_MAX = 240
SAME_PRESS_SECONDS = 2  # a second press of a button whose answer, with the key, has not arrived: a double click
SWINGS_KEPT_DAYS = 7  # whoever pages on after a week starts from a new order

UP, DOWN, NONE = 1, -1, 0

# Written out, as all who vote in a thread wait for each other: Django would take most of the time to write these.
_READ = ("id", "thread_id", "guest_id", "account_id", "state", "up_count", "down_count", "merit")
_VOTABLE = f"""
    SELECT {", ".join(_READ)}, {bans.ANY_IN_FORCE}
    FROM discussion_comment WHERE id = %s AND state = %s
"""  # noqa: S608 - columns of ours
_STANDS = """
    SELECT up_count, down_count, discussion_thread.url
    FROM discussion_comment JOIN discussion_thread ON discussion_thread.id = discussion_comment.thread_id
    WHERE discussion_comment.id = %s AND discussion_comment.state = %s
"""
_PACE = """
    SELECT COUNT(CASE WHEN value = %s AND cast_at > %s AND comment_id = %s THEN 1 END),
        COUNT(CASE WHEN comment_id = %s THEN 1 END),
        COUNT(CASE WHEN cast_at >= %s THEN 1 END)
    FROM discussion_vote WHERE address_hash = %s AND NOT (address_hash = '')
"""
_COUNTED = """
    UPDATE discussion_comment
    SET up_count = up_count + %s, down_count = down_count + %s, score = score + %s, merit = %s WHERE id = %s
"""
_NUMBERED = "UPDATE discussion_thread SET votes_number = votes_number + 1 WHERE id = %s"


@verb
def up(
    *,
    comment_id: int,
    guest: Guest | None = None,
    account: Account | None = None,
    address_hash: str = "",
    address: str = "",
) -> Guest | None:
    """Vote for a comment, or turn one's vote. Refusals, locks and result: as ``withdraw``."""
    return _cast(comment_id, UP, bans.Who(guest, account, address_hash, address))


@verb
def down(
    *,
    comment_id: int,
    guest: Guest | None = None,
    account: Account | None = None,
    address_hash: str = "",
    address: str = "",
) -> Guest | None:
    """Vote against a comment, or turn one's vote. Refusals, locks and result: as ``withdraw``."""
    return _cast(comment_id, DOWN, bans.Who(guest, account, address_hash, address))


@verb
def withdraw(*, comment_id: int, guest: Guest | None = None, account: Account | None = None) -> Guest | None:
    """Take one's vote back. Voting the same way twice is one vote, and so is a double click without a key.

    Of both, the account votes, and a vote of the guest's on the same comment becomes the account's: whoever
    signs in has one vote still. Returns the guest who voted, new if it was nobody; None for an account or second press.

    Refusals: NoSuchComment (unknown, not published, its thread withdrawn), VoteRefused (one's own), Banned,
    TooManyVotes. Locks the thread's row, so that the swings are numbered without gaps. Touches the thread.
    """
    return _cast(comment_id, NONE, bans.Who(guest, account))


class Counted(NamedTuple):
    """The votes on a comment, and the address of its thread's subject."""

    up: int
    down: int
    url: str


def counted(comment_id: int) -> Counted:
    """Return how a published comment stands. One query. Refusals: NoSuchComment."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDS, [comment_id, State.PUBLISHED])
        found = cursor.fetchone()
    if found is None:
        raise NoSuchComment
    return Counted(*found)


def stands(*, comment_id: int, value: int, guest: Guest | None, account: Account | None) -> bool:
    """Say whether somebody has voted so, and not by the press that this one repeats (SAME_PRESS_SECONDS)."""
    voter = {"account": account} if account is not None else {"guest": guest}
    before = clock.now() - timedelta(seconds=SAME_PRESS_SECONDS)
    return Vote.objects.filter(comment=comment_id, value=value, cast_at__lt=before, **voter).exists()


def count(comment: Comment, thread: Thread, *, was: int, value: int) -> None:
    """Move the counts of ``comment`` for a vote that went from ``was`` to ``value``; it knows them afterwards.

    Inside a verb, under the lock of the thread's row, since when ``comment`` was read.
    """
    up, down = int(value == UP) - int(was == UP), int(value == DOWN) - int(was == DOWN)
    merit_was = merit_of(comment.up_count, comment.down_count)
    comment.up_count += up
    comment.down_count += down
    comment.merit = merit_of(comment.up_count, comment.down_count)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [up, down, value - was, comment.merit, comment.pk])
        cursor.execute(_NUMBERED, [thread.pk])
    thread.votes_number += 1  # for the next one under the same lock
    rows.add(
        Swing(
            thread=thread,
            number=thread.votes_number,
            comment=comment,
            step=value - was,
            merit_step=comment.merit - merit_was,
            swung_at=clock.now(),
        )
    )
    touch(thread.change_key)


def forget_swings() -> int:
    """Delete the swings older than SWINGS_KEPT_DAYS; return how many there were."""
    until = clock.now() - timedelta(days=SWINGS_KEPT_DAYS)
    return Swing.objects.filter(swung_at__lt=until).delete()[0]


def forget_addresses(*, older_than_days: int) -> int:
    """Remove the address hashes of votes older than so many days; return how many there were."""
    until = clock.now() - timedelta(days=older_than_days)
    return Vote.objects.filter(cast_at__lt=until).exclude(address_hash="").update(address_hash="")


def _cast(comment_id: int, value: int, who: bans.Who) -> Guest | None:
    guest, account, address_hash = who.guest, who.account, who.address_hash
    thread, comment = _votable(comment_id)
    bans.admitted(comment, who)
    wrote_it = guest is not None and comment.guest_id == guest.pk  # even if an account has claimed it since
    if wrote_it or comments.is_by(comment, guest=guest, account=account):
        raise VoteRefused
    if account is not None and guest is not None:
        hand_over(comment, thread, guest=guest, account=account)
    vote = _vote_of(comment, guest, account)
    was = vote.value if vote else NONE
    if vote is None and value != NONE and _pressed_before(comment, value, who):
        return None
    voter = None if account else guest or guests.welcome()
    if value == was:
        return voter
    cast = {"value": value, "cast_at": clock.now(), "address_hash": address_hash}
    if vote is None:
        rows.add(Vote(comment=comment, guest=voter, account=account, **cast))
    elif value == NONE:
        Vote.objects.filter(pk=vote.pk).delete()
    else:
        Vote.objects.filter(pk=vote.pk).update(**cast)
    count(comment, thread, was=was, value=value)
    return voter


def _votable(comment_id: int) -> tuple[Thread, Comment]:
    """Lock the thread of a published comment; return both. The comment says whether anybody is banned. Two queries.

    Refusals: NoSuchComment.
    """
    try:
        thread = threads.locked_of_comment(comment_id)
    except NoSuchThread as error:
        raise NoSuchComment from error
    found: list[Comment] = rows.read(Comment, _VOTABLE, [comment_id, State.PUBLISHED], (*_READ, "some_are_banned"))
    if not found or thread.withdrawn_at is not None:
        raise NoSuchComment
    return thread, found[0]


def hand_over(comment: Comment, thread: Thread, *, guest: Guest, account: Account) -> None:
    """Make the vote of ``guest`` on ``comment`` that of ``account``; if there is one already, that one stays alone.

    Inside a verb, under the lock of the thread's row.
    """
    theirs = Vote.objects.filter(comment=comment, guest=guest).first()
    if theirs is None:
        return
    if Vote.objects.filter(comment=comment, account=account).exists() or comment.account_id == account.pk:
        take_away(theirs, comment, thread)
    else:
        Vote.objects.filter(pk=theirs.pk).update(guest=None, account=account)


def take_away(vote: Vote, comment: Comment, thread: Thread) -> None:
    """Delete a vote and move the counts. Inside a verb, under the lock of the thread's row."""
    Vote.objects.filter(pk=vote.pk).delete()
    comment.refresh_from_db(fields=["up_count", "down_count"])  # a person may have had two votes on it
    count(comment, thread, was=vote.value, value=NONE)


def _vote_of(comment: Comment, guest: Guest | None, account: Account | None) -> Vote | None:
    if account is not None:
        return Vote.objects.filter(comment=comment, account=account).first()
    return Vote.objects.filter(comment=comment, guest=guest).first() if guest else None


def _pressed_before(comment: Comment, value: int, who: bans.Who) -> bool:
    """Say whether this is the second press of somebody who carries no key yet. TooManyVotes from one address.

    One query.
    """
    if not who.address_hash:
        return False
    now, adapted = clock.now(), connection.ops.adapt_datetimefield_value
    just_now, this_hour = adapted(now - timedelta(seconds=SAME_PRESS_SECONDS)), adapted(now - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute(_PACE, [value, just_now, comment.pk, comment.pk, this_hour, who.address_hash])
        same_press, on_this, lately = cursor.fetchone()
    if who.guest is None and who.account is None and same_press:
        return True
    if on_this >= VOTES_ON_A_COMMENT_FROM_AN_ADDRESS_MAX or lately >= VOTES_AN_HOUR_FROM_AN_ADDRESS_MAX:
        raise TooManyVotes
    return False
