"""Appeals: the author of a comment that is held or rejected may object, once, in words; a moderator answers."""

from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import verb
from standfirst.discussion import comments
from standfirst.discussion.models import Appeal, Comment, Decision, State, Thread
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_text

WORDS_MAX = 2_000  # characters: a page, which is more than a moderator can weigh with care
GRANTED = _("You are right: your comment is published.")
UNCHANGED = _("It stays as it is.")


class NothingToAppeal(Refusal):
    """An appeal about a comment that is published, or that its author removed."""

    code = "discussion.nothing_to_appeal"
    status = 409
    message = _("This comment is neither waiting nor rejected, so there is nothing to object to.")


class AppealedAlready(Refusal):
    """A second appeal."""

    code = "discussion.appealed_already"
    status = 409
    message = _("You have objected already; each comment can be looked at again once. Your first words are kept.")


class AppealEmpty(Refusal):
    """An appeal that says nothing, or far too much."""

    code = "discussion.appeal_empty"
    status = 422
    message = _("Please say in your own words, in at most {most} characters, why this comment should be published.")


@verb
def appeal(*, comment_id: int, guest: Guest | None, words: str, account: Account | None = None) -> Appeal:
    """Object to one's own comment being held or rejected, once. Locks the thread's row.

    Refusals: NoSuchComment (also for everybody else), AppealEmpty, NothingToAppeal, AppealedAlready.
    """
    own = comments.own_comment(comment_id=comment_id, guest=guest, account=account)
    said = clean_text(words[: 4 * WORDS_MAX]).strip()
    if not said or len(said) > WORDS_MAX:
        raise AppealEmpty(most=WORDS_MAX)
    Thread.objects.select_for_update().get(pk=own.thread_id)
    comment = Comment.objects.get(pk=own.pk)
    if Appeal.objects.filter(comment=comment).exists():
        raise AppealedAlready
    if comment.state not in {State.HELD, State.REJECTED}:
        raise NothingToAppeal
    return Appeal.objects.create(comment=comment, words=said, made_at=clock.now())


def of_comment(comment: Comment) -> Appeal | None:
    """Return the appeal about ``comment``, answered or not."""
    return Appeal.objects.filter(comment=comment).select_related("answered_by").first()


def waiting_for(comment: Comment) -> Appeal | None:
    """Return the appeal about ``comment`` that waits for its answer."""
    return Appeal.objects.filter(comment=comment, answered_at__isnull=True).first()


def settle(appeal: Appeal, decision: Decision) -> None:
    """Answer an appeal by a decision: published grants it, rejected refuses it; what is held goes on waiting."""
    if decision.state == State.HELD:
        return
    granted = decision.state == State.PUBLISHED
    appeal.granted = granted
    appeal.answer = decision.reason or str(GRANTED if granted else UNCHANGED)
    appeal.answered_by, appeal.answered_at, appeal.decision = decision.decided_by, decision.decided_at, decision
    appeal.save(update_fields=["granted", "answer", "answered_by", "answered_at", "decision"])


def open_again(decision: Decision) -> None:
    """Open the appeal that ``decision``, which is taken back, answered."""
    nothing = {"granted": None, "answer": "", "answered_by": None, "answered_at": None, "decision": None}
    Appeal.objects.filter(decision=decision).update(**nothing)
