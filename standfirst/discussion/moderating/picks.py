"""What the newsroom lifts out of a thread: picked comments, one pinned on top, and a summary of a long one."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.discussion import counts, markup
from standfirst.discussion.models import NAME_LENGTH_MAX, Comment, Pick, RemovalCount, State, Summary, Thread
from standfirst.discussion.moderating import house, removals
from standfirst.discussion.refusals import DecidedAlready, NoSuchComment, NoSuchThread, NotAModerator
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.text import clean_text

SUMMARY_LENGTH_MAX = 5_000  # characters: more is an article
MODERATE = "discussion.moderate"


class NotToBePicked(Refusal):
    """A pick of a comment that readers do not see."""

    code = "discussion.not_to_be_picked"
    status = 409
    message = _("Only a published comment can be picked or pinned. Nothing was changed.")


class SummaryTooLong(Refusal):
    """A summary that is longer than what it sums up."""

    code = "discussion.summary_too_long"
    status = 422
    message = _("A summary has at most {most} characters. Nothing was saved; what you typed is still here.")


@dataclass(frozen=True, slots=True)
class ShownSummary:
    """The summary of a thread as readers see it: safe HTML, signed, with its time."""

    html: SafeString
    signed: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above the comments of a thread. ``removed`` is pairs of a house rule's number and a count."""

    summary: ShownSummary | None = None
    pinned: Comment | None = None
    has_picks: bool = False
    removed: tuple[tuple[int, int], ...] = ()


NOTHING = Above()


def above(thread: Thread) -> Above:
    """Return what stands above the comments of ``thread``. No query for most threads, at most five for one adorned."""
    if not thread.adorned:
        return NOTHING
    summary = summary_of(thread)
    pin = Pick.objects.filter(thread=thread, kind=Pick.Kind.PINNED, ended_at__isnull=True)
    pinned = Comment.objects.filter(picks__in=pin, state=State.PUBLISHED).first()
    counted = RemovalCount.objects.filter(thread=thread, count__gt=0).order_by("rule").values_list("rule", "count")
    return Above(
        summary=ShownSummary(SafeString(summary.html), summary.signed, summary.written_at) if summary else None,
        pinned=pinned,
        has_picks=picked(thread).exists(),
        removed=tuple(counted) if house.read().shows_removals else (),
    )


def picked(thread: Thread) -> QuerySet[Comment]:
    """Return the picked comments of ``thread`` that readers see."""
    return Comment.objects.filter(thread=thread, is_picked=True, state=State.PUBLISHED)


def summary_of(thread: Thread) -> Summary | None:
    """Return the summary that stands above ``thread`` now."""
    return Summary.objects.filter(thread=thread, ended_at__isnull=True).first()


def of_comment(comment: Comment) -> set[str]:
    """Return how ``comment`` is marked now."""
    return set(Pick.objects.filter(comment=comment, ended_at__isnull=True).values_list("kind", flat=True))


@verb
def pick(*, comment_id: int, by: Account, kind: str = Pick.Kind.FEATURED) -> Pick:
    """Mark a published comment as picked, or pin it above its thread in place of another. Locks the thread's row.

    Refusals: NotAModerator, NoSuchComment, NotToBePicked, DecidedAlready. Touches the thread.
    """
    comment, thread = _locked(comment_id, by)
    if comment.state != State.PUBLISHED or kind not in Pick.Kind.values:
        raise NotToBePicked
    if kind in of_comment(comment):
        raise DecidedAlready
    if kind == Pick.Kind.PINNED:
        Pick.objects.filter(thread=thread, kind=kind, ended_at__isnull=True).update(ended_at=clock.now())
    else:
        Comment.objects.filter(pk=comment.pk).update(is_picked=True)
        counts.renewed(comment, thread)
    made = Pick.objects.create(comment=comment, thread=thread, kind=kind, picked_by=by, picked_at=clock.now())
    removals.adorn(thread)
    touch(thread.change_key)
    return made


@verb
def unpick(*, comment_id: int, by: Account, kind: str = Pick.Kind.FEATURED) -> None:
    """Take a mark or a pin off again. Refusals and locks: as ``pick``, without NotToBePicked. Touches the thread."""
    comment, thread = _locked(comment_id, by)
    ended = Pick.objects.filter(comment=comment, kind=kind, ended_at__isnull=True).update(ended_at=clock.now())
    if not ended:
        raise DecidedAlready
    if kind == Pick.Kind.FEATURED:
        Comment.objects.filter(pk=comment.pk).update(is_picked=False)
        counts.renewed(comment, thread)
    touch(thread.change_key)


@verb
def summarise(*, thread_key: str, by: Account, text: str) -> Summary | None:
    """Put a summary, in the comments' Markdown, above a thread in place of the one before; none for "".

    Signed with the name of ``by``. Refusals: NotAModerator, NoSuchThread, SummaryTooLong. Locks the thread's row.
    Touches it.
    """
    if not by.has_perm(MODERATE):
        raise NotAModerator
    said = clean_text(text[: 4 * SUMMARY_LENGTH_MAX]).strip()
    if len(said) > SUMMARY_LENGTH_MAX:
        raise SummaryTooLong(most=SUMMARY_LENGTH_MAX)
    html = markup.from_markdown(said)
    thread = Thread.objects.select_for_update().filter(key=thread_key).first()
    if thread is None:
        raise NoSuchThread
    at = clock.now()
    Summary.objects.filter(thread=thread, ended_at__isnull=True).update(ended_at=at)
    made = None
    if markup.words(html):
        signed = str(by)[:NAME_LENGTH_MAX]
        made = Summary.objects.create(thread=thread, text=said, html=html, signed=signed, written_by=by, written_at=at)
        removals.adorn(thread)
    touch(thread.change_key)
    return made


def _locked(comment_id: int, by: Account) -> tuple[Comment, Thread]:
    if not by.has_perm(MODERATE):
        raise NotAModerator
    thread = Thread.objects.select_for_update().filter(comments=comment_id).first()
    comment = Comment.objects.filter(pk=comment_id).first()
    if thread is None or comment is None:
        raise NoSuchComment
    return comment, thread
