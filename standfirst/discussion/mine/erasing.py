"""Erasing a person: what they wrote, voted and were known by goes; the shape of the conversations stays.

Votes are withdrawn, not kept without a name. A vote is a row with a voter, and the counts are what the rows
add up to: a vote of nobody could neither be checked nor taken back, and how somebody voted on what others
said is as much theirs as what they wrote.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from standfirst.accounts import guests
from standfirst.accounts.models import Account, Guest
from standfirst.accounts.staff import works_here
from standfirst.delivery.changes import verb
from standfirst.discussion import comments, votes
from standfirst.discussion.mine import removing
from standfirst.discussion.models import Comment, Decision, State, Thread, Vote

type Hook = Callable[[Guest | None, Account | None, Sequence[int]], None]

_hooks: list[Hook] = []


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased."""

    comments: int
    votes: int


def when_erased(hook: Hook) -> Hook:
    """Have ``hook(guest, account, ids of comments)`` called inside the transaction, before the person's rows go.

    For what others keep about a person or a comment: pictures, subscriptions, reports.
    """
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


@verb
def erase_person(*, guest: Guest | None, account: Account | None = None) -> Erased:
    """Erase what ``guest`` and ``account`` wrote and voted; revoke the guest, delete the account.

    Staff are not deleted here, their accounts belong to the house. Locks the rows of all threads concerned, in the
    order of their ids.
    """
    ids = list(comments.written_by(guest=guest, account=account).order_by("pk").values_list("pk", flat=True))
    for hook in _hooks:
        hook(guest, account, ids)
    cast = withdraw_votes(guest=guest, account=account)
    concerned = Thread.objects.filter(comments__in=ids).distinct().order_by("pk").values_list("pk", flat=True)
    # Locked without DISTINCT, which PostgreSQL does not lock.
    threads = {row.pk: row for row in Thread.objects.select_for_update().filter(pk__in=list(concerned)).order_by("pk")}
    for number in ids:
        # Read one by one: each moves the counts of those above it.
        comment = Comment.objects.get(pk=number)
        removing.take_back(comment, threads[comment.thread_id], empty=True)
    Comment.objects.filter(pk__in=ids).update(guest=None, account=None)
    Decision.objects.filter(comment__in=ids).exclude(state=State.REJECTED).update(reason="")
    if guest is not None:
        guests.revoke(guest)
    if account is not None and not works_here(account):
        account.delete()
    return Erased(len(ids), cast)


@verb
def withdraw_votes(*, guest: Guest | None, account: Account | None = None) -> int:
    """Withdraw all votes of a person; return how many. Locks the rows of all threads concerned, by id."""
    cast = Vote.objects.none()
    if guest is not None:
        cast |= Vote.objects.filter(guest=guest)
    if account is not None:
        cast |= Vote.objects.filter(account=account)
    threads = list(cast.values_list("comment__thread", flat=True))
    locked = {row.pk: row for row in Thread.objects.select_for_update().filter(pk__in=threads).order_by("pk")}
    rows = list(cast.select_related("comment"))
    for vote in rows:
        votes.take_away(vote, vote.comment, locked[vote.comment.thread_id])
    return len(rows)
