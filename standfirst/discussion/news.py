"""What an open page has missed: comments that are new, others that changed or went, votes."""

from collections.abc import Sequence
from dataclasses import dataclass

from standfirst.discussion.models import Comment, State, Swing, Thread
from standfirst.discussion.shown import ShownComment, assembled
from standfirst.discussion.threads import thread_of

NEWS_MAX = 50  # comments of each kind fetched at once; the next look brings more
VOTED_MAX = 200  # comments whose votes are told at once: more than stand on a page


@dataclass(frozen=True, slots=True)
class Voted:
    """The votes of a comment now."""

    id: int
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class News:
    """What happened after the event and the number of votes that a page knows; both as they are now.

    ``changed`` are comments that the page may show: with other words, or as gaps. ``count`` is of all comments.
    """

    event: int
    votes_number: int
    count: int
    comments: tuple[ShownComment, ...]
    changed: tuple[ShownComment, ...] = ()
    voted: tuple[Voted, ...] = ()


def new_since(key: str, event: int, votes_number: int | None = None) -> News:
    """Return what happened after the thread's ``event``: new comments in that order, answers below what is new itself.

    At most NEWS_MAX comments; the rest is found after the event that is returned. Three queries, one more with
    ``votes_number``. NoSuchThread.
    """
    thread = thread_of(key)
    new = list(
        Comment.objects.filter(thread=thread, event__gt=event, state=State.PUBLISHED).order_by("event", "id")[:NEWS_MAX]
    )
    others = Comment.objects.filter(thread=thread, changed_event__isnull=False, changed_event__gt=event)
    changed = list(others.order_by("changed_event", "id")[:NEWS_MAX])
    reached = max(event, thread.event)
    if len(new) == NEWS_MAX:
        reached = min(reached, new[-1].event)
    if len(changed) == NEWS_MAX:
        reached = min(reached, changed[-1].changed_event or 0)
    ids = {row.pk for row in new}
    return News(
        event=reached,
        votes_number=thread.votes_number,
        count=thread.published_count,
        comments=_nested(new, thread),
        changed=assembled([row for row in changed if row.pk not in ids], {}, thread.url),
        voted=() if votes_number is None else _voted(thread, votes_number),
    )


def _nested(rows: Sequence[Comment], thread: Thread) -> tuple[ShownComment, ...]:
    ids = {row.pk for row in rows}
    below: dict[int, list[Comment]] = {}
    for row in rows:
        below.setdefault(row.parent_id or 0, []).append(row)
    return assembled([row for row in rows if row.parent_id not in ids], below, thread.url)


def _voted(thread: Thread, votes_number: int) -> tuple[Voted, ...]:
    if votes_number >= thread.votes_number:
        return ()
    swung = Swing.objects.filter(thread=thread, number__gt=votes_number).order_by("-number")[:VOTED_MAX]
    rows = Comment.objects.filter(pk__in={swing.comment_id for swing in swung}, state=State.PUBLISHED).order_by("pk")
    return tuple(Voted(*row) for row in rows.values_list("pk", "up_count", "down_count"))
