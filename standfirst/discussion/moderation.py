"""What a moderator reads: the queue, and one comment with all that is known around it."""

from dataclasses import dataclass

from django.db.models import Count

from standfirst.discussion import comments, wordings
from standfirst.discussion.models import Comment, Decision, Finding, Revision, State
from standfirst.discussion.pictures import gallery
from standfirst.discussion.pictures.gallery import ShownPicture
from standfirst.discussion.refusals import NoSuchComment
from standfirst.discussion.rules import findings
from standfirst.discussion.shown import ShownComment, assembled
from standfirst.discussion.wordings import Wording

QUEUE_LENGTH = 30  # comments at once: what one looks through without a break
ABOVE_MAX = 4  # comments above, for context
BELOW_MAX = 5  # answers below
WAITING_COUNTED_MAX = 100  # the menu says "99+" from there on
LISTS = (State.HELD, State.PUBLISHED, State.REJECTED)


@dataclass(frozen=True, slots=True)
class Queue:
    """A stretch of the list of comments in one state (or all), and the id after which it goes on (0 at its end)."""

    state: str
    comments: list[Comment]
    after: int


@dataclass(frozen=True, slots=True)
class Case:
    """A comment as a moderator sees it."""

    comment: Comment
    shown: ShownComment
    why: str
    above: list[Comment]
    below: list[Comment]
    revisions: list[Revision]
    wordings: list[Wording]  # how it was changed, newest first
    pictures: list[ShownPicture]
    decisions: list[Decision]
    finding: Finding | None  # what a rule has found in it
    guests_record: dict[str, int]  # how many comments of the same guest stand in each state


def queue(*, state: str = State.HELD, after: int = 0) -> Queue:
    """Return comments in ``state`` ("" for all): what waits longest first, everything else newest first.

    Goes on after the comment ``after``. One query.
    """
    found = Comment.objects.select_related("thread")
    if state:
        found = found.filter(state=state)
    rising = state == State.HELD
    if after:
        found = found.filter(id__gt=after) if rising else found.filter(id__lt=after)
    rows = list(found.order_by("id" if rising else "-id")[: QUEUE_LENGTH + 1])
    more = rows[QUEUE_LENGTH - 1].pk if len(rows) > QUEUE_LENGTH else 0
    return Queue(state, rows[:QUEUE_LENGTH], more)


def waiting_count() -> int:
    """Return how many comments wait, counted up to WAITING_COUNTED_MAX."""
    return Comment.objects.filter(state=State.HELD)[:WAITING_COUNTED_MAX].count()


def case(comment_id: int) -> Case:
    """Return a comment with what is around it. NoSuchComment."""
    comment = Comment.objects.select_related("thread").filter(pk=comment_id).first()
    if comment is None:
        raise NoSuchComment
    record: dict[str, int] = {}
    if comment.guest_id:
        states = Comment.objects.filter(guest=comment.guest_id).exclude(pk=comment.pk).order_by()
        record = dict(states.values_list("state").annotate(Count("id")))
    revisions = list(comment.revisions.order_by("-number"))
    return Case(
        comment=comment,
        shown=assembled([comment], {}, comment.thread.url, to_author=True)[0],
        why=comments.why(comment),
        above=_above(comment),
        finding=findings.of_comment(comment),
        below=list(Comment.objects.filter(parent=comment).order_by("created_at", "id")[:BELOW_MAX]),
        revisions=revisions,
        wordings=wordings.changes(revisions),
        pictures=gallery.read(comment.pictures_shown),
        decisions=list(comment.decisions.select_related("decided_by").order_by("-decided_at", "-id")),
        guests_record=record,
    )


def _above(comment: Comment) -> list[Comment]:
    above: list[Comment] = []
    row = comment.parent
    while row is not None and len(above) < ABOVE_MAX:
        above.append(row)
        row = row.parent
    return above[::-1]
