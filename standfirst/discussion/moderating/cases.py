"""One comment with all that a moderator has to see before deciding: around it, before it, about it, by whom."""

from dataclasses import dataclass

from standfirst.accounts.models import Account
from standfirst.discussion import comments, pipeline, wordings
from standfirst.discussion.models import Appeal, Comment, Decision, Finding, Report, Revision
from standfirst.discussion.moderating import appeals, claims, persons, picks, queues, reports
from standfirst.discussion.moderating.persons import Person
from standfirst.discussion.moderating.queues import ThreadCounts
from standfirst.discussion.pictures import gallery
from standfirst.discussion.pictures.gallery import ShownPicture
from standfirst.discussion.refusals import NoSuchComment
from standfirst.discussion.rules import findings
from standfirst.discussion.shown import ShownComment, assembled
from standfirst.discussion.wordings import Wording

ABOVE_MAX = 4  # comments above, for context
BELOW_MAX = 5  # answers below
HISTORY_MAX = 30  # decisions and wordings: more happens to no comment in good faith


@dataclass(frozen=True, slots=True)
class Case:
    """A comment as a moderator sees it."""

    comment: Comment
    shown: ShownComment
    why: str
    is_shadowed: bool
    above: list[Comment]
    below: list[Comment]
    revisions: list[Revision]
    wordings: list[Wording]  # how it was changed, newest first
    pictures: list[ShownPicture]
    finding: Finding | None  # what a rule has found in it
    decisions: list[Decision]
    reports: list[Report]
    appeal: Appeal | None
    claimed_by: str
    marks: set[str]
    counts: ThreadCounts
    person: Person


def case(comment_id: int, *, by: Account) -> Case:
    """Return a comment as ``by`` sees it. NoSuchComment."""
    comment = Comment.objects.select_related("thread", "guest", "account").filter(pk=comment_id).first()
    if comment is None:
        raise NoSuchComment
    revisions = list(comment.revisions.order_by("-number")[:HISTORY_MAX])
    decisions = comment.decisions.select_related("decided_by").order_by("-id")[:HISTORY_MAX]
    return Case(
        comment=comment,
        shown=assembled([comment], {}, comment.thread.url, to_author=True)[0],
        why=comments.why(comment),
        is_shadowed=bool(revisions) and revisions[0].reason == pipeline.SHADOWED,
        above=_above(comment),
        below=list(Comment.objects.filter(parent=comment).order_by("created_at", "id")[:BELOW_MAX]),
        revisions=revisions,
        wordings=wordings.changes(revisions),
        pictures=gallery.read(comment.pictures_shown),
        finding=findings.of_comment(comment),
        decisions=list(decisions),
        reports=reports.of_comment(comment),
        appeal=appeals.of_comment(comment),
        claimed_by=claims.held_by_others([comment.pk], by).get(comment.pk, ""),
        marks=picks.of_comment(comment),
        counts=queues.of_thread(comment.thread),
        person=persons.person(comment),
    )


def _above(comment: Comment) -> list[Comment]:
    above: list[Comment] = []
    row = comment.parent
    while row is not None and len(above) < ABOVE_MAX:
        above.append(row)
        row = row.parent
    return above[::-1]
