"""What becomes of a comment after it was posted: changed by its author, decided about by staff."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import touch, verb
from standfirst.discussion import counts, pipeline, refusals, threads, writing
from standfirst.discussion.bringing_in import BroughtIn, BroughtInReport, bring_in
from standfirst.discussion.models import REASON_LENGTH_MAX, Comment, Decision, Removal, State, Thread
from standfirst.discussion.moderating import bans, removals
from standfirst.discussion.pipeline import Draft, Facts, Outcome
from standfirst.discussion.posting import Posted, drafted, post, revise
from standfirst.discussion.rules import circumstances, outside
from standfirst.discussion.rules.sent import BY_HAND, Sent
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_line

__all__ = [
    "BroughtIn",
    "BroughtInReport",
    "Posted",
    "bring_in",
    "edit_by_guest",
    "forget_addresses",
    "hold",
    "is_by",
    "may_be_edited",
    "own_comment",
    "post",
    "publish",
    "reject",
    "settled",
    "why",
    "written_by",
]

REVISIONS_MAX = 20  # wordings of one comment; whoever needs more writes another
MODERATE = "discussion.moderate"


class TakenBack(Refusal):
    """A decision about a comment that its author has removed."""

    code = "discussion.taken_back"
    status = 409
    message = _("The person who wrote this comment has removed it. Nobody publishes it again.")


def edit_by_guest(
    *, comment_id: int, guest: Guest | None, text: str, account: Account | None = None, sent: Sent = BY_HAND
) -> Comment:
    """Change the text of one's own comment, for as long as the desk allows and until somebody answers.

    What was held stays held; what the rules would hold now is held. Refusals: NoSuchComment, NoSuchThread, NotYours,
    NotEditable, TooLateToEdit, EditedTooOften, and those of the rules. Locks the thread's row while it writes.
    """
    comment = Comment.objects.select_related("thread").filter(pk=comment_id).first()
    if comment is None:
        raise refusals.NoSuchComment
    _may_edit(comment, guest, account)
    draft = drafted(name=comment.name, text=text)
    thread = threads.thread_of(comment.thread.key)
    was_held = Facts(was_held=comment.state == State.HELD)
    facts = circumstances.for_change(thread, was_held, comment=comment, sent=sent)
    outcome = outside.asked(thread, draft, pipeline.judge(draft, facts), sent)
    return reword(comment_id=comment_id, guest=guest, draft=draft, outcome=outcome, account=account)


@verb
def reword(
    *, comment_id: int, guest: Guest | None, draft: Draft, outcome: Outcome, account: Account | None = None
) -> Comment:
    """Write down a judged change. For ``edit_by_guest``. Locks the thread's row. Refusals: as there."""
    comment, thread = _locked(comment_id)
    _may_edit(comment, guest, account)
    bans.admit(bans.Who(guest, account, comment.address_hash))
    was = comment.state
    newest = comment.revisions.order_by("-number").first()
    if newest is not None and newest.text == draft.text:
        return comment
    if newest is not None and newest.number >= REVISIONS_MAX:
        raise refusals.EditedTooOften(count_max=REVISIONS_MAX)
    comment.html = draft.html
    comment.edited_at = clock.now()
    comment.state = State.HELD if outcome.hold else comment.state
    comment.save(update_fields=["html", "edited_at", "state"])
    revise(comment, draft, outcome, number=1 if newest is None else newest.number + 1)
    counts.moved(comment, thread, was=was)
    if was == comment.state == State.PUBLISHED:
        counts.renewed(comment, thread)
    if was == State.PUBLISHED:
        touch(thread.change_key)
    return comment


@verb
def publish(*, comment_id: int, by: Account, reason: str = "") -> Comment:
    """Publish a comment that was held, rejected or removed. Refusals and locks: as ``reject``."""
    return _decide(comment_id, by, State.PUBLISHED, reason)


@verb
def hold(*, comment_id: int, by: Account, reason: str = "") -> Comment:
    """Take a comment back until somebody decides. Refusals and locks: as ``reject``."""
    return _decide(comment_id, by, State.HELD, reason)


@verb
def reject(*, comment_id: int, by: Account, reason: str) -> Comment:
    """Reject a comment, with a reason that its author may read.

    Refusals: NotAModerator, NoSuchComment, ReasonMissing, DecidedAlready. Locks the thread's row.
    """
    if not clean_line(reason):
        raise refusals.ReasonMissing
    return _decide(comment_id, by, State.REJECTED, reason)


def _decide(comment_id: int, by: Account, state: State, reason: str) -> Comment:
    if not by.has_perm(MODERATE):
        raise refusals.NotAModerator
    return settled(comment_id, state, reason, decided_by=by).comment


def settled(comment_id: int, state: State, reason: str = "", **decided: Any) -> Decision:
    """Bring a comment to ``state`` and write down the decision, whose further columns are given. Inside a verb.

    Who may decide is the caller's to know. Refusals: NoSuchComment, DecidedAlready. Locks the thread's row.
    """
    comment, thread = _locked(comment_id)
    was = comment.state
    if was == state:
        raise refusals.DecidedAlready
    if Removal.objects.filter(comment=comment).exists():
        raise TakenBack
    comment.state = state
    if state == State.PUBLISHED:
        comment.published_at = comment.published_at or clock.now()
        comment.event = thread.event + 1
    comment.save(update_fields=["state", "published_at", "event"])
    decision = Decision.objects.create(
        comment=comment,
        decided_at=clock.now(),
        was=was,
        state=state,
        reason=clean_line(reason)[:REASON_LENGTH_MAX],
        **decided,
    )
    counts.moved(comment, thread, was=was)
    removals.moved(decision, thread)
    if State.PUBLISHED in {was, state}:
        touch(thread.change_key)
    return decision


def own_comment(*, comment_id: int, guest: Guest | None, account: Account | None = None) -> Comment:
    """Return a comment, whatever its state, to whoever wrote it. NoSuchComment for everybody else."""
    comment = Comment.objects.select_related("thread").filter(pk=comment_id).first()
    if comment is None or not is_by(comment, guest=guest, account=account) or hasattr(comment, "removal"):
        raise refusals.NoSuchComment
    return comment


def is_by(comment: Comment, *, guest: Guest | None, account: Account | None = None) -> bool:
    """Say whether ``comment`` is of that guest or account. What an account has claimed is no guest's any more."""
    if comment.account_id is not None:
        return account is not None and comment.account_id == account.pk
    return guest is not None and comment.guest_id == guest.pk


def written_by(*, guest: Guest | None, account: Account | None = None) -> QuerySet[Comment]:
    """Return the comments that are of that guest or of that account, also those that they took back."""
    found = Comment.objects.none()
    if account is not None:
        found |= Comment.objects.filter(account=account)
    if guest is not None:
        found |= Comment.objects.filter(guest=guest, account__isnull=True)
    return found


def why(comment: Comment) -> str:
    """Return in words why ``comment`` is not published: the latest decision's reason, or the rules'."""
    standing = comment.decisions.exclude(kind=Decision.Kind.UNDO).filter(undone__isnull=True, state=comment.state)
    decision = standing.order_by("-decided_at", "-id").first()
    if decision is not None:
        return pipeline.in_words(decision.reason)
    newest = comment.revisions.order_by("-number").first()
    return pipeline.in_words(newest.reason) if newest is not None else ""


def may_be_edited(comment: Comment, *, minutes: int | None = None) -> bool:
    """Say whether its guest may still change ``comment``; ``minutes`` as set on the desk, None: asked here."""
    if comment.state not in {State.PUBLISHED, State.HELD} or comment.reply_count:
        return False
    allowed = writing.edit_minutes() if minutes is None else minutes
    return allowed > 0 and clock.now() - comment.created_at <= timedelta(minutes=allowed)


def forget_addresses(*, older_than_days: int) -> int:
    """Remove the address hashes of comments older than so many days; return how many there were."""
    until = clock.now() - timedelta(days=older_than_days)
    return Comment.objects.filter(created_at__lt=until).exclude(address_hash="").update(address_hash="")


def _locked(comment_id: int) -> tuple[Comment, Thread]:
    thread = Thread.objects.select_for_update().filter(comments=comment_id).first()
    comment = Comment.objects.filter(pk=comment_id).first()
    if thread is None or comment is None:
        raise refusals.NoSuchComment
    return comment, thread


def _may_edit(comment: Comment, guest: Guest | None, account: Account | None) -> None:
    if not is_by(comment, guest=guest, account=account):
        raise refusals.NotYours
    minutes = writing.edit_minutes()
    if not minutes:
        raise refusals.NotEditable
    if not may_be_edited(comment, minutes=minutes):
        raise refusals.TooLateToEdit(minutes=minutes)
