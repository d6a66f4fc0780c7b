"""A guest who signs in: what this browser wrote and voted becomes the account's, if its owner says so.

It is asked, never done by itself: others may have used the same browser. A comment keeps the name that it
was written with, and no mark stands beside it.
"""

from dataclasses import dataclass

from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import verb
from standfirst.discussion import comments, votes
from standfirst.discussion.models import Comment, Thread, Vote


@dataclass(frozen=True, slots=True)
class Claimable:
    """How much a guest has written and voted that no account has claimed."""

    comments: int = 0
    votes: int = 0

    @property
    def is_any(self) -> bool:
        """Whether there is anything to claim."""
        return bool(self.comments or self.votes)


def claimable(*, guest: Guest | None) -> Claimable:
    """Return what an account could claim. Two queries."""
    if guest is None:
        return Claimable()
    return Claimable(comments.written_by(guest=guest).count(), Vote.objects.filter(guest=guest).count())


@verb
def claim_comments(*, guest: Guest, account: Account) -> Claimable:
    """Make what ``guest`` wrote and voted that of ``account``; return how much it was. Doing it again does nothing.

    Where both voted on a comment, the account's vote stays alone; a vote on what is now one's own goes. The
    counts move with the rows. Locks the rows of all threads concerned, in the order of their ids.
    """
    found = claimable(guest=guest)
    theirs = Comment.objects.filter(guest=guest, account__isnull=True)
    cast = Vote.objects.filter(guest=guest)
    threads = set(theirs.values_list("thread", flat=True)) | set(cast.values_list("comment__thread", flat=True))
    locked = {row.pk: row for row in Thread.objects.select_for_update().filter(pk__in=threads).order_by("pk")}
    theirs.update(account=account)
    own = Comment.objects.filter(guest=guest, account=account)
    for vote in Vote.objects.filter(account=account, comment__in=own).select_related("comment"):
        votes.take_away(vote, vote.comment, locked[vote.comment.thread_id])
    for vote in cast.select_related("comment"):
        votes.hand_over(vote.comment, locked[vote.comment.thread_id], guest=guest, account=account)
    return found
