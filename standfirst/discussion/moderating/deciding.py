"""Deciding: publish, hold, reject, call advertising, one comment or many; and taking it back.

A decision settles what stands open about a comment, its reports and its appeal, in the same
transaction, and gives up the claim to it. Nothing readers see changes but through ``comments.settled``.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import verb
from standfirst.discussion import comments
from standfirst.discussion.models import REASON_LENGTH_MAX, Appeal, Ban, Comment, Decision, State, Thread
from standfirst.discussion.moderating import appeals, claims, reports
from standfirst.discussion.refusals import DecidedAlready, NoSuchComment, NotAModerator, ReasonMissing
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_line

PUBLISH, HOLD, REJECT, SPAM = "publish", "hold", "reject", "spam"
ACTIONS = {PUBLISH: State.PUBLISHED, HOLD: State.HELD, REJECT: State.REJECTED, SPAM: State.REJECTED}
UNDO_MINUTES = 30  # later, the author has read it and others have answered
TOGETHER_MAX = 200  # comments decided at once; each is a transaction of its own, so nobody waits for all of them


class NoSuchAction(Refusal):
    """Something else than what can be decided."""

    code = "discussion.no_such_decision"
    status = 422
    message = _("Nothing was changed: please choose what to do with the comment.")


class NothingToUndo(Refusal):
    """Nothing that this person decided a moment ago and nobody has touched since."""

    code = "discussion.nothing_to_undo"
    status = 409
    message = _("There is nothing of yours to take back, or somebody has decided again since. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a moderator wants done: the action, the reason for the author, and the house rule that it goes by.

    ``seen`` is the state that the moderator saw ("" for any); ``take_over`` overrules the claim of another.
    """

    action: str
    reason: str = ""
    rule: int | None = None
    seen: str = ""
    take_over: bool = False
    kind: str = ""


@dataclass(slots=True)
class Many:
    """What became of several: how many were decided, how many are left, and why others were not."""

    done: int = 0
    left: int = 0
    refused: list[Refusal] = field(default_factory=list)


@verb
def decide(*, comment_id: int, by: Account, wanted: Wanted, batch: uuid.UUID | None = None) -> Decision:
    """Decide about a comment, with its open reports and its appeal. Locks the thread's row.

    To publish what is published already dismisses its reports. Refusals: NotAModerator, NoSuchAction,
    NoSuchComment, ReasonMissing, DecidedAlready (also if it is not in the state seen), ClaimedByAnother.
    """
    reason = _checked(by, wanted)
    comment = _locked(comment_id)
    if comment.state == State.REMOVED or (wanted.seen and comment.state != wanted.seen):
        raise DecidedAlready
    claims.give_up(comment, by, take_over=wanted.take_over)
    appeal = appeals.waiting_for(comment)
    decision = _decided(comment, wanted, appeal, reason=reason, decided_by=by, batch=batch)
    reports.settle(comment, decision)
    if appeal is not None:
        appeals.settle(appeal, decision)
    return decision


def decide_many(*, comment_ids: Iterable[int], by: Account, wanted: Wanted) -> Many:
    """Decide about several, each in a transaction of its own; one that is refused keeps none of the others."""
    found = Many()
    batch = uuid.uuid4()
    for comment_id in list(dict.fromkeys(comment_ids))[:TOGETHER_MAX]:
        try:
            decide(comment_id=comment_id, by=by, wanted=wanted, batch=batch)
            found.done += 1
        except (NoSuchComment, DecidedAlready, claims.ClaimedByAnother) as refusal:
            found.refused.append(refusal)
    return found


def spam_of_author(*, comment_id: int, by: Account) -> Many:
    """Call everything that stands or waits of a comment's author advertising; TOGETHER_MAX at once, newest first."""
    comment = _found(comment_id)
    states = (State.PUBLISHED, State.HELD)
    return _all_of(written_by(comment).filter(state__in=states), by, Wanted(SPAM, take_over=True))


def hide_banned(*, ban: Ban, by: Account) -> Many:
    """Reject what stands of whoever a ban concerns, with the ban's reason; TOGETHER_MAX at once, newest first.

    Of a range of addresses nothing can be told: they are not kept.
    """
    whom = {
        Ban.Target.GUEST: {"guest": ban.guest_id},
        Ban.Target.ACCOUNT: {"account": ban.account_id},
        Ban.Target.HOUSEHOLD: {"address_hash": ban.address_hash},
    }.get(ban.target)  # type: ignore[call-overload]  # a range is none of them
    if whom is None or not all(whom.values()):
        return Many()
    written = Comment.objects.filter(state=State.PUBLISHED, **whom)
    if ban.address_hash:
        written = written.exclude(address_hash="")
    wanted = Wanted(REJECT, reason=ban.reason, take_over=True, kind=Decision.Kind.BAN)
    found = _all_of(written, by, wanted)
    Ban.objects.filter(pk=ban.pk).update(hid_count=F("hid_count") + found.done)
    return found


@verb
def undo(*, by: Account) -> list[Decision]:
    """Take back what ``by`` decided last, within UNDO_MINUTES, with whatever was decided together with it.

    A comment about which somebody has decided since stays as it is. Refusals: NotAModerator, NothingToUndo.
    Locks the threads' rows, in the order of their ids.
    """
    if not by.has_perm(comments.MODERATE):
        raise NotAModerator
    since = clock.now() - timedelta(minutes=UNDO_MINUTES)
    mine = Decision.objects.filter(decided_by=by, decided_at__gte=since, undone__isnull=True)
    mine = mine.exclude(kind=Decision.Kind.UNDO).order_by("-id")
    last = mine.first()
    if last is None:
        raise NothingToUndo
    together = mine.filter(batch=last.batch)[:TOGETHER_MAX] if last.batch else [last]
    decisions = list(together)
    threads = Thread.objects.filter(comments__in=[each.comment_id for each in decisions]).order_by("id")
    list(Thread.objects.select_for_update().filter(pk__in=threads.values("pk")).order_by("id"))
    taken_back = [back for decision in decisions if (back := _taken_back(decision, by)) is not None]
    if not taken_back:
        raise NothingToUndo
    return taken_back


def written_by(comment: Comment) -> QuerySet[Comment]:
    """Return what the author of ``comment`` wrote, as far as that is known: by guest, else by account."""
    if comment.guest_id:
        return Comment.objects.filter(guest=comment.guest_id)
    if comment.account_id:
        return Comment.objects.filter(account=comment.account_id)
    return Comment.objects.filter(pk=comment.pk)


def _checked(by: Account, wanted: Wanted) -> str:
    """Return the reason for the author, or refuse what nobody could decide about any comment."""
    if not by.has_perm(comments.MODERATE):
        raise NotAModerator
    if wanted.action not in ACTIONS:
        raise NoSuchAction
    reason = clean_line(wanted.reason) or (str(_("It was taken for advertising.")) if wanted.action == SPAM else "")
    if wanted.action == REJECT and not reason:
        raise ReasonMissing
    return reason


def _decided(comment: Comment, wanted: Wanted, appeal: Appeal | None, **decided: Any) -> Decision:
    state = ACTIONS[wanted.action]
    decided["rule"] = wanted.rule if state == State.REJECTED else None
    if comment.state != state:
        kind = wanted.kind or (Decision.Kind.SPAM if wanted.action == SPAM else Decision.Kind.DECIDED)
        return comments.settled(comment.pk, state, kind=kind, **decided)
    if state == State.PUBLISHED and comment.open_reports:
        return _left_alone(comment, Decision.Kind.KEPT, **decided)
    if state == State.REJECTED and appeal is not None:
        return _left_alone(comment, Decision.Kind.APPEAL, **decided)
    raise DecidedAlready


def _taken_back(decision: Decision, by: Account) -> Decision | None:
    comment = Comment.objects.get(pk=decision.comment_id)
    newest = comment.decisions.order_by("-id").first()
    if comment.state != decision.state or newest is None or newest.pk != decision.pk:
        return None
    earlier = comment.decisions.filter(state=decision.was, id__lt=decision.pk, undone__isnull=True).order_by("-id")
    before = earlier.first()
    more: dict[str, Any] = {"decided_by": by, "undoes": decision, "rule": before.rule if before else None}
    reason = before.reason if before else ""
    if decision.was == decision.state:
        back = _left_alone(comment, Decision.Kind.UNDO, reason=reason, **more)
    else:
        back = comments.settled(comment.pk, State(decision.was), reason, kind=Decision.Kind.UNDO, **more)
    reports.open_again(comment, decision)
    appeals.open_again(decision)
    return back


def _left_alone(comment: Comment, kind: str, *, reason: str, **decided: Any) -> Decision:
    """Write down a decision that changes nothing but what is open about the comment."""
    return Decision.objects.create(
        comment=comment,
        decided_at=clock.now(),
        was=comment.state,
        state=comment.state,
        kind=kind,
        reason=reason[:REASON_LENGTH_MAX],
        **decided,
    )


def _all_of(written: QuerySet[Comment], by: Account, wanted: Wanted) -> Many:
    numbers = list(written.order_by("-created_at").values_list("pk", flat=True)[: TOGETHER_MAX + 1])
    found = decide_many(comment_ids=numbers[:TOGETHER_MAX], by=by, wanted=wanted)
    found.left = len(numbers) - len(numbers[:TOGETHER_MAX])
    return found


def _found(comment_id: int) -> Comment:
    comment = Comment.objects.filter(pk=comment_id).first()
    if comment is None:
        raise NoSuchComment
    return comment


def _locked(comment_id: int) -> Comment:
    Thread.objects.select_for_update().filter(comments=comment_id).first()
    return _found(comment_id)
