"""What a guest sees of their own comments and nobody else does: the ones that wait, and why."""

from dataclasses import dataclass

from standfirst.accounts.models import Guest
from standfirst.discussion import comments
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
    appeal: Appeal | None = None

    @property
    def may_appeal(self) -> bool:
        """Whether its author may object: once, while it waits or is rejected."""
        return self.appeal is None and self.state in {State.HELD, State.REJECTED}

    @property
    def is_published(self) -> bool:
        """Whether everybody sees it."""
        return self.state == State.PUBLISHED


def comment(*, comment_id: int, guest: Guest | None) -> OwnComment:
    """Return a comment to the guest who wrote it. NoSuchComment for everybody else."""
    return own(comments.own_comment(comment_id=comment_id, guest=guest))


def waiting(*, key: str, guest: Guest | None) -> list[OwnComment]:
    """Return the held and rejected comments of ``guest`` in a thread, oldest first."""
    if guest is None:
        return []
    found = Comment.objects.filter(guest=guest, thread__key=key, state__in=(State.HELD, State.REJECTED))
    return [own(row) for row in found.select_related("thread").order_by("created_at", "id")[:WAITING_MAX]]


def own(row: Comment) -> OwnComment:
    """Return ``row`` as its author sees it."""
    newest = row.revisions.order_by("-number").first()
    return OwnComment(
        shown=assembled([row], {}, row.thread.url, to_author=True)[0],
        thread=row.thread,
        text=newest.text if newest else "",
        state=row.state,
        state_in_words=str(State(row.state).label),
        reason="" if row.state == State.PUBLISHED else comments.why(row),
        may_be_edited=comments.may_be_edited(row),
        appeal=appeals.of_comment(row),
    )
