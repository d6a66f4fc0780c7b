"""Votes: one a voter and comment, turned or withdrawn at will; the counts change with the rows."""

from datetime import timedelta

from django.db.models import F

from standfirst.accounts import guests
from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import touch, verb
from standfirst.discussion import comments
from standfirst.discussion.merit import merit_of
from standfirst.discussion.models import Comment, State, Swing, Thread, Vote, from_address
from standfirst.discussion.moderating import bans
from standfirst.discussion.refusals import NoSuchComment, TooManyVotes, VoteRefused
from standfirst.kit import clock

VOTES_ON_A_COMMENT_FROM_AN_ADDRESS_MAX = 10  # a household or a small office; keys are cheap to throw away
VOTES_AN_HOUR_FROM_AN_ADDRESS_MAX = 240
SAME_PRESS_SECONDS = 2  # a second press of a button whose answer, with the key, has not arrived: a double click
SWINGS_KEPT_DAYS = 7  # whoever pages on after a week starts from a new order

UP, DOWN, NONE = 1, -1, 0


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
    Comment.objects.filter(pk=comment.pk).update(
        up_count=F("up_count") + up,
        down_count=F("down_count") + down,
        score=F("score") + value - was,
        merit=comment.merit,
    )
    Thread.objects.filter(pk=thread.pk).update(votes_number=F("votes_number") + 1)
    thread.votes_number += 1  # for the next one under the same lock
    Swing.objects.create(
        thread=thread,
        number=thread.votes_number,
        comment=comment,
        step=value - was,
        merit_step=comment.merit - merit_was,
        swung_at=clock.now(),
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
    rows = Thread.objects.select_for_update(of=("self",)).filter(comments=comment_id, withdrawn_at__isnull=True)
    thread = bans.looked_for(rows).first()
    comment = Comment.objects.filter(pk=comment_id, state=State.PUBLISHED).first()
    if thread is None or comment is None:
        raise NoSuchComment
    bans.admitted(thread, who)
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
        Vote.objects.create(comment=comment, guest=voter, account=account, **cast)
    elif value == NONE:
        Vote.objects.filter(pk=vote.pk).delete()
    else:
        Vote.objects.filter(pk=vote.pk).update(**cast)
    count(comment, thread, was=was, value=value)
    return voter


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
    """Say whether this is the second press of somebody who carries no key yet. TooManyVotes from one address."""
    from_there = from_address(Vote.objects.all(), who.address_hash)
    on_this = list(from_there.filter(comment=comment).values_list("value", "cast_at"))
    just_now = clock.now() - timedelta(seconds=SAME_PRESS_SECONDS)
    if who.guest is None and who.account is None and any(was == value and at > just_now for was, at in on_this):
        return True
    lately = from_there.filter(cast_at__gte=clock.now() - timedelta(hours=1))
    if len(on_this) >= VOTES_ON_A_COMMENT_FROM_AN_ADDRESS_MAX or lately.count() >= VOTES_AN_HOUR_FROM_AN_ADDRESS_MAX:
        raise TooManyVotes
    return False
