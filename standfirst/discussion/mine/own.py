"""What somebody sees of their own comments and nobody else does: the ones that wait, and why."""

from dataclasses import dataclass

from standfirst.accounts.models import Account, Guest
from standfirst.discussion import comments, writing
from standfirst.discussion.mine import removing
from standfirst.discussion.models import Appeal, Comment, State, Thread
from standfirst.discussion.moderating import appeals
from standfirst.discussion.shown import ShownComment, assembled

WAITING_MAX = 20  # of one guest in one thread


@dataclass(frozen=True, slots=True)
class OwnComment:
    """A comment for its author: as it was typed, and where it stands."""

    shown: ShownComment
    thread: Thread
    text: str
    state: str
    state_in_words: str
    reason: str
    may_be_edited: bool
    may_be_removed: bool
    appeal: Appeal | None = None

    @property
    def may_appeal(self) -> bool:
        """Whether its author may object: once, while it waits or is rejected."""
        return self.appeal is None and self.state in {State.HELD, State.REJECTED}

    @property
    def is_published(self) -> bool:
        """Whether everybody sees it."""
        return self.state == State.PUBLISHED


def comment(*, comment_id: int, guest: Guest | None, account: Account | None = None) -> OwnComment:
    """Return a comment to whoever wrote it. NoSuchComment for everybody else."""
    return own(comments.own_comment(comment_id=comment_id, guest=guest, account=account))


def waiting(*, key: str, guest: Guest | None, account: Account | None = None) -> list[OwnComment]:
    """Return the held and rejected comments of ``guest`` or ``account`` in a thread, oldest first."""
    if guest is None and account is None:
        return []
    theirs = comments.written_by(guest=guest, account=account)
    found = theirs.filter(thread__key=key, state__in=(State.HELD, State.REJECTED))
    minutes = writing.edit_minutes()
    return [
        own(row, minutes=minutes) for row in found.select_related("thread").order_by("created_at", "id")[:WAITING_MAX]
    ]


def own(row: Comment, *, minutes: int | None = None) -> OwnComment:
    """Return ``row`` as its author sees it; ``minutes`` as for ``comments.may_be_edited``."""
    newest = row.revisions.order_by("-number").first()
    return OwnComment(
        shown=assembled([row], {}, row.thread.url, to_author=True)[0],
        thread=row.thread,
        text=newest.text if newest else "",
        state=row.state,
        state_in_words=str(State(row.state).label),
        reason="" if row.state == State.PUBLISHED else comments.why(row),
        may_be_edited=comments.may_be_edited(row, minutes=minutes),
        may_be_removed=removing.may_be_removed(row),
        appeal=appeals.of_comment(row),
    )
