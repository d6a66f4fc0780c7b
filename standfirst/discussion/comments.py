"""Writing: a comment posted, changed, decided about.

What takes time (cleaning, rendering, the rules) happens before the transaction begins; what
must be true at the moment of writing (the thread is open, the parent is there, it was not
sent twice) is looked at again inside, under the lock of the thread's row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from standfirst.accounts import guests
from standfirst.accounts.models import Account, Guest
from standfirst.delivery.changes import touch, verb
from standfirst.discussion import counts, markup, names, pipeline, refusals, threads, writing
from standfirst.discussion.bringing_in import BroughtIn, BroughtInReport, bring_in
from standfirst.discussion.models import (
    DEPTH_MAX,
    REASON_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    Closing,
    Comment,
    Decision,
    Removal,
    Revision,
    State,
    Thread,
    from_address,
)
from standfirst.discussion.moderating import bans, removals
from standfirst.discussion.pictures import belonging
from standfirst.discussion.pictures.belonging import Chosen
from standfirst.discussion.pipeline import Draft, Facts, Outcome
from standfirst.discussion.questions import anchors
from standfirst.discussion.questions.anchors import About, Anchor
from standfirst.discussion.rules import circumstances, findings, outside
from standfirst.discussion.rules.policies import OPEN, Terms
from standfirst.discussion.rules.sent import BY_HAND, Sent
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_line, clean_text

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

TWICE_SECONDS = 60  # the same words from the same guest within this time are one press of a button too many
REVISIONS_MAX = 20  # wordings of one comment; whoever needs more writes another
NAME_CHARACTERS_READ_MAX = 1_000  # of what was typed as a name; more is cleaned in vain
TEXT_CHARACTERS_READ_MAX = 4 * TEXT_LENGTH_MAX
MODERATE = "discussion.moderate"


class TakenBack(Refusal):
    """A decision about a comment that its author has removed."""

    code = "discussion.taken_back"
    status = 409
    message = _("The person who wrote this comment has removed it. Nobody publishes it again.")


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a comment; ``repeated`` if it stood there already."""

    comment: Comment
    repeated: bool = False

    @property
    def guest(self) -> Guest | None:
        """Who wrote it."""
        return self.comment.guest


def post(
    *,
    thread_key: str,
    name: str,
    text: str,
    parent_id: int | None = None,
    guest: Guest | None = None,
    account: Account | None = None,
    address_hash: str = "",
    address: str = "",
    trap: str = "",
    pictures: Sequence[Chosen] = (),
    sent: Sent = BY_HAND,
    about: About | None = None,
) -> Posted:
    """Post a comment, with pictures that are pending; without ``guest`` and ``account`` a new guest is welcomed.

    Of both, the account writes.

    Sent twice within TWICE_SECONDS by the same guest it is one comment. The state of the result
    says whether it is published or held. ``address`` is compared with banned ranges and not kept. Refusals: those
    of the rules and of ``anchors.found``, NoSuchThread, ThreadClosed, Banned, ParentElsewhere, NestedTooDeeply,
    PictureGone. Locks the thread's row while it writes. Services outside are asked before, if there are any.
    """
    draft = drafted(name=name, text=text, trap=trap, pictures=pictures)
    thread = threads.thread_of(thread_key)
    writer = _Writer(None if account else guest, account, address_hash, address)
    wrote_lately = _wrote_lately(writer)
    anchor = anchors.found(thread, about, parent_id=parent_id)
    twice = _sent_twice(thread, parent_id, draft, writer, anchor) if wrote_lately else None
    if twice is not None:
        return Posted(twice, repeated=True)
    facts = circumstances.with_rules(
        thread,
        draft,
        _facts(draft, writer, wrote_lately=wrote_lately),
        by=_written_by(writer),
        near=from_address(Comment.objects.all(), address_hash),
        has_key=bool(guest or account),
        has_account=account is not None,
        sent=sent,
    )
    outcome = outside.asked(thread, draft, pipeline.judge(draft, facts), sent)
    return keep(
        thread_id=thread.pk,
        parent_id=parent_id,
        draft=draft,
        outcome=outcome,
        writer=writer,
        terms=facts.terms,
        anchor=anchor,
    )


def drafted(*, name: str, text: str, trap: str = "", pictures: Sequence[Chosen] = ()) -> Draft:
    """Return what was typed, cleaned and rendered; a text that is too long is not rendered."""
    cleaned = clean_text(text[:TEXT_CHARACTERS_READ_MAX]).strip()
    html = markup.from_markdown(cleaned) if len(cleaned) <= TEXT_LENGTH_MAX else ""
    typed_name = clean_line(name[:NAME_CHARACTERS_READ_MAX])
    return Draft(name=typed_name, text=cleaned, html=html, trap=trap, pictures=tuple(pictures))


@dataclass(frozen=True, slots=True)
class _Writer:
    guest: Guest | None
    account: Account | None
    address_hash: str
    address: str = ""

    @property
    def who(self) -> bans.Who:
        """Whom a ban would concern."""
        return bans.Who(self.guest, self.account, self.address_hash, self.address)


@verb
def keep(
    *,
    thread_id: int,
    parent_id: int | None,
    draft: Draft,
    outcome: Outcome,
    writer: _Writer,
    terms: Terms = OPEN,
    anchor: Anchor = anchors.NOWHERE,
) -> Posted:
    """Write down a judged draft. For ``post``. Locks the thread's row.

    Refusals: NoSuchThread, ThreadClosed, Banned, ParentElsewhere, NestedTooDeeply, SlowMode, PictureGone,
    QuestionClosed. Touches the thread if it is published.
    """
    thread = bans.looked_for(Thread.objects.select_for_update(of=("self",))).get(pk=thread_id)
    if thread.withdrawn_at is not None:
        raise refusals.NoSuchThread
    if bans.admitted(thread, writer.who) == bans.SHADOW:
        outcome = Outcome(hold=pipeline.SHADOWED)
    if _is_closed(thread):
        raise refusals.ThreadClosed
    twice = _sent_twice(thread, parent_id, draft, writer, anchor)
    if twice is not None:
        return Posted(twice, repeated=True)
    pipeline.slow_mode(terms, circumstances.seconds_since_last(thread, terms, _written_by(writer)))
    parent = _parent(thread, parent_id)
    at = clock.now()
    comment = Comment(
        thread=thread,
        parent=parent,
        root_id=None if parent is None else parent.root_id or parent.pk,
        depth=0 if parent is None else parent.depth + 1,
        guest=None if writer.account else writer.guest or guests.welcome(),
        account=writer.account,
        name=draft.name,
        html=draft.html,
        state=State.HELD if outcome.hold else State.PUBLISHED,
        created_at=at,
        published_at=None if outcome.hold else at,
        event=0 if outcome.hold else thread.event + 1,
        address_hash=writer.address_hash,
    )
    anchors.hold(anchor, comment)
    comment.save(force_insert=True)
    _revise(comment, draft, outcome, number=1)
    if draft.pictures:
        belonging.attach(comment=comment, chosen=draft.pictures)
    counts.moved(comment, thread, was="")
    if comment.state == State.PUBLISHED:
        touch(thread.change_key)
    return Posted(comment)


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
    _revise(comment, draft, outcome, number=1 if newest is None else newest.number + 1)
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


def _is_closed(thread: Thread) -> bool:
    return Closing.objects.filter(thread=thread, reopened_at__isnull=True).exists()


def _parent(thread: Thread, parent_id: int | None) -> Comment | None:
    if parent_id is None:
        return None
    parent = Comment.objects.filter(pk=parent_id, thread=thread, state=State.PUBLISHED).first()
    if parent is None:
        raise refusals.ParentElsewhere
    if parent.depth >= DEPTH_MAX:
        raise refusals.NestedTooDeeply
    return parent


def _may_edit(comment: Comment, guest: Guest | None, account: Account | None) -> None:
    if not is_by(comment, guest=guest, account=account):
        raise refusals.NotYours
    minutes = writing.edit_minutes()
    if not minutes:
        raise refusals.NotEditable
    if not may_be_edited(comment, minutes=minutes):
        raise refusals.TooLateToEdit(minutes=minutes)


def _revise(comment: Comment, draft: Draft, outcome: Outcome, *, number: int) -> None:
    revision = Revision.objects.create(
        comment=comment,
        number=number,
        text=draft.text,
        html=draft.html,
        text_hash=markup.fingerprint(draft.text),
        verdict=Revision.Verdict.HOLD if outcome.hold else Revision.Verdict.PUBLISH,
        reason=outcome.hold,
        written_at=clock.now(),
    )
    if outcome.hit is not None:
        findings.keep(revision, outcome.hit)


def _sent_twice(thread: Thread, parent_id: int | None, draft: Draft, writer: _Writer, anchor: Anchor) -> Comment | None:
    """Return the same comment if it was sent a moment ago: by the same guest, or a browser that lost the answer.

    Whoever carries no key gets to see the first comment only if everybody does, and never its guest's key.
    """
    since = clock.now() - timedelta(seconds=TWICE_SECONDS)
    lately = _written_by(writer).filter(created_at__gte=since).order_by("created_at")
    same = (thread.pk, parent_id, draft.name, anchor.question_id)
    # Compared here, as whoever writes is the narrowest way in, and a database may take another.
    for comment_id, state, *sent in lately.values_list("pk", "state", "thread_id", "parent_id", "name", "question_id"):
        may_see = writer.guest or writer.account or state == State.PUBLISHED
        said = Revision.objects.filter(comment=comment_id, text=draft.text)
        if may_see and same == tuple(sent) and said.exists():
            return Comment.objects.select_related("thread", "guest").get(pk=comment_id)
    return None


def _written_by(writer: _Writer) -> QuerySet[Comment]:
    if writer.guest is not None:
        return Comment.objects.filter(guest=writer.guest)
    if writer.account is not None:
        return Comment.objects.filter(account=writer.account)
    return from_address(Comment.objects.all(), writer.address_hash)


def _wrote_lately(writer: _Writer) -> bool:
    """Say whether there is anything that the rules of pace and of repetition could go by. Mostly there is not."""
    since = clock.now() - timedelta(hours=pipeline.REPEATS_HOURS)
    return any(written.filter(created_at__gte=since).exists() for written in _written_near(writer))


def _written_near(writer: _Writer) -> list[QuerySet[Comment]]:
    """Return what the writer has written, and what was written from the same address."""
    found = [_written_by(writer)] if writer.guest or writer.account else []
    return [*found, from_address(Comment.objects.all(), writer.address_hash)] if writer.address_hash else found


def _facts(draft: Draft, writer: _Writer, *, wrote_lately: bool) -> Facts:
    # The name of an account was looked at when the account took it.
    protected = frozenset() if writer.account is not None else names.protected_skeletons()
    other_name = "" if writer.account is not None else names.other_for(draft.name)
    held = bool(draft.pictures) and writing.pictures_are_held()
    if not wrote_lately:
        return Facts(protected=protected, other_name=other_name, pictures_held=held)
    now = clock.now()
    by_guest = _written_by(writer) if writer.guest or writer.account else Comment.objects.none()
    by_address = from_address(Comment.objects.all(), writer.address_hash)
    guest_minute, guest_hour = _pace(by_guest, now, pipeline.GUEST_COMMENTS_AN_HOUR_MAX)
    address_minute, address_hour = _pace(by_address, now, pipeline.ADDRESS_COMMENTS_AN_HOUR_MAX)
    lately = now - timedelta(hours=pipeline.REPEATS_HOURS)
    same = {"created_at__gte": lately, "revisions__text_hash": markup.fingerprint(draft.text)}
    return Facts(
        by_guest_minute=guest_minute,
        by_guest_hour=guest_hour,
        by_address_minute=address_minute,
        by_address_hour=address_hour,
        said_already=len(draft.text) >= pipeline.REPEATED_LENGTH_MIN
        and (by_guest.filter(**same).exists() or by_address.filter(**same).exists()),
        protected=protected,
        pictures_held=held,
        other_name=other_name,
    )


def _pace(written: QuerySet[Comment], now: datetime, most: int) -> tuple[int, int]:
    """Return how many of ``written`` are of the last minute, and of the last hour: at most ``most``. One query."""
    lately = written.filter(created_at__gte=now - timedelta(hours=1)).order_by("-created_at")
    moments = list(lately.values_list("created_at", flat=True)[:most])
    return sum(moment >= now - timedelta(minutes=1) for moment in moments), len(moments)
