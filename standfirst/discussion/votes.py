"""Votes: one a voter and comment, turned or withdrawn at will; the counts change with the rows."""

from datetime import timedelta

from django.db.models import F

from standfirst.accounts import guests
from standfirst.accounts.models import Guest
from standfirst.delivery.changes import touch, verb
from standfirst.discussion.models import Comment, State, Swing, Thread, Vote, from_address
from standfirst.discussion.moderating import bans
from standfirst.discussion.refusals import NoSuchComment, TooManyVotes, VoteRefused
from standfirst.kit import clock

VOTES_ON_A_COMMENT_FROM_AN_ADDRESS_MAX = 10  # a household or a small office; keys are cheap to throw away
VOTES_AN_HOUR_FROM_AN_ADDRESS_MAX = 240
SWINGS_KEPT_DAYS = 7  # whoever pages on after a week starts from a new order

UP, DOWN, NONE = 1, -1, 0


@verb
def up(*, comment_id: int, guest: Guest | None = None, address_hash: str = "", address: str = "") -> Guest:
    """Vote for a comment, or turn one's vote. Refusals, locks and result: as ``withdraw``."""
    return _cast(comment_id, UP, bans.Who(guest, None, address_hash, address))


@verb
def down(*, comment_id: int, guest: Guest | None = None, address_hash: str = "", address: str = "") -> Guest:
    """Vote against a comment, or turn one's vote. Refusals, locks and result: as ``withdraw``."""
    return _cast(comment_id, DOWN, bans.Who(guest, None, address_hash, address))


@verb
def withdraw(*, comment_id: int, guest: Guest | None = None) -> Guest:
    """Take one's vote back. Voting the same way twice is one vote. Returns the voter, new if it was nobody.

    Refusals: NoSuchComment (unknown or not published), VoteRefused (one's own), Banned, TooManyVotes.
    Locks the thread's row, so that the swings are numbered without gaps. Touches the thread.
    """
    return _cast(comment_id, NONE, bans.Who(guest))


def forget_swings() -> int:
    """Delete the swings older than SWINGS_KEPT_DAYS; return how many there were."""
    until = clock.now() - timedelta(days=SWINGS_KEPT_DAYS)
    return Swing.objects.filter(swung_at__lt=until).delete()[0]


def forget_addresses(*, older_than_days: int) -> int:
    """Remove the address hashes of votes older than so many days; return how many there were."""
    until = clock.now() - timedelta(days=older_than_days)
    return Vote.objects.filter(cast_at__lt=until).exclude(address_hash="").update(address_hash="")


def _cast(comment_id: int, value: int, who: bans.Who) -> Guest:
    guest, address_hash = who.guest, who.address_hash
    rows = Thread.objects.select_for_update(of=("self",)).filter(comments=comment_id)
    thread = bans.looked_for(rows).first()
    comment = Comment.objects.filter(pk=comment_id, state=State.PUBLISHED).first()
    if thread is None or comment is None:
        raise NoSuchComment
    bans.admitted(thread, who)
    if guest is not None and comment.guest_id == guest.pk:
        raise VoteRefused
    vote = Vote.objects.filter(comment=comment, guest=guest).first() if guest else None
    was = vote.value if vote else NONE
    if vote is None and value != NONE:
        _keep_pace(comment, address_hash)
    voter = guest or guests.welcome()
    if value == was:
        return voter
    if value == NONE:
        Vote.objects.filter(comment=comment, guest=voter).delete()
    else:
        cast = {"value": value, "cast_at": clock.now(), "address_hash": address_hash}
        if vote is None:
            Vote.objects.create(comment=comment, guest=voter, **cast)
        else:
            Vote.objects.filter(pk=vote.pk).update(**cast)
    _count(thread, comment, was, value)
    return voter


def _count(thread: Thread, comment: Comment, was: int, value: int) -> None:
    Comment.objects.filter(pk=comment.pk).update(
        up_count=F("up_count") + int(value == UP) - int(was == UP),
        down_count=F("down_count") + int(value == DOWN) - int(was == DOWN),
        score=F("score") + value - was,
    )
    Thread.objects.filter(pk=thread.pk).update(votes_number=F("votes_number") + 1)
    Swing.objects.create(
        thread=thread, number=thread.votes_number + 1, comment=comment, step=value - was, swung_at=clock.now()
    )
    touch(thread.change_key)


def _keep_pace(comment: Comment, address_hash: str) -> None:
    from_there = from_address(Vote.objects.all(), address_hash)
    lately = from_there.filter(cast_at__gte=clock.now() - timedelta(hours=1))
    if (
        from_there.filter(comment=comment).count() >= VOTES_ON_A_COMMENT_FROM_AN_ADDRESS_MAX
        or lately.count() >= VOTES_AN_HOUR_FROM_AN_ADDRESS_MAX
    ):
        raise TooManyVotes
