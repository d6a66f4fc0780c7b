"""Finding the rows of a page: roots in an order, and the first answers to each, level by level.

Every list goes through a partial index by keyset. By votes, the order is that of the moment at
which the first page was made: what votes have moved since then is put back in its old place,
so that a vote between two pages neither repeats nor loses a comment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import connection
from django.db.models import BigIntegerField, QuerySet, Sum
from django.db.models.expressions import RawSQL

from standfirst.discussion.cursors import OLDEST, Order, Place
from standfirst.discussion.models import Comment, Thread
from standfirst.kit import rows

ROOTS_A_PAGE = 20
REPLIES_SHOWN = (3, 2, 1, 1)  # answers to a root, to an answer, …; the rest is a click away
REPLIES_A_STEP = 20  # further answers at a click
_TRIES = 5
_REPLY_NAMES = [f"reply_{number}" for number in range(max(REPLIES_SHOWN))]

# Written out, for Django would take as long to write these as the database to answer them. "shown" is
# compared with a parameter, as in Django's own SQL: only so does SQLite take the index of what is shown.
_REPLY = """(
    SELECT reply.id FROM discussion_comment AS reply
    WHERE reply.parent_id = discussion_comment.id AND reply.shown = %s
    ORDER BY reply.created_at, reply.id LIMIT 1 OFFSET {number}
)"""
# What is shown of a comment; the others would be read and turned into dates and numbers for nothing.
SHOWN = (
    *("id", "thread_id", "parent_id", "root_id", "depth", "name", "html", "state", "created_at", "edited_at"),
    *("event", "up_count", "down_count", "score", "merit", "reply_count", "guest_id", "account_id"),
    *("pictures_shown", "is_picked", "question_id", "quote_id"),
)
_BEYOND = "AND ({column}, id) {than} (%s, %s)"  # as a pair, see cursors.Order
_LEVEL = """
    SELECT {columns} FROM discussion_comment
    WHERE discussion_comment.id IN ({wanted}) ORDER BY created_at, id
"""
_ROOTS = """
    SELECT {columns} FROM discussion_comment
    WHERE discussion_comment.thread_id = %s AND discussion_comment.parent_id IS NULL AND discussion_comment.shown = %s
    {beyond} ORDER BY {column} {direction}, id {direction} LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """Comments of one list in order, where the list goes on (None at its end)."""

    comments: list[Comment]
    next: Place | None = None


def shown_roots(thread: Thread, *, inline: bool = False) -> QuerySet[Comment]:
    """Return what takes a place at the top level of ``thread``; ``inline``: of that, what answers a question."""
    if inline:  # those have no parent; saying so would lead the database to another index
        return Comment.objects.filter(thread=thread, question__isnull=False, shown=True)
    return Comment.objects.filter(thread=thread, parent__isnull=True, shown=True)


def shown_replies(parent: Comment) -> QuerySet[Comment]:
    """Return what takes a place right below ``parent``."""
    return Comment.objects.filter(parent=parent, shown=True)


def roots(
    thread: Thread, order: Order, place: Place | None, count: int = ROOTS_A_PAGE, *, inline: bool = False
) -> Rows:
    """Return ``count`` roots after ``place``, or only the ``inline`` answers.

    One query; by votes one more, and another if there were any since.
    """
    if order.by_votes:
        return _roots_by_votes(thread, order, place, count, inline=inline)
    if not inline:
        return _cut(_plain_roots(thread, order, place, count + 1), order, count)
    found = with_replies(order.sorted(order.after(shown_roots(thread, inline=True), place)))[: count + 1]
    return _cut(list(found), order, count)


def listed(found: QuerySet[Comment], order: Order, place: Place | None, count: int = ROOTS_A_PAGE) -> Rows:
    """Return ``count`` of some comments of any level after ``place``, without the answers to them. One query."""
    return _cut(list(with_replies(order.sorted(order.after(found, place)))[: count + 1]), order, count)


def replies(parent: Comment, place: Place | None, *, level: int) -> Rows:
    """Return further answers to ``parent`` after ``place``, oldest first, for that level. One query."""
    found = with_replies(OLDEST.sorted(OLDEST.after(shown_replies(parent), place)), level=level)
    return _cut(list(found[: REPLIES_A_STEP + 1]), OLDEST, REPLIES_A_STEP)


def levels_below(comments: Sequence[Comment], *, level: int = 0) -> dict[int, list[Comment]]:
    """Return the first answers below ``comments``, by parent. One query a level, however many there are."""
    below: dict[int, list[Comment]] = {}
    above = list(comments)
    for deeper in range(level, len(REPLIES_SHOWN)):
        wanted = [reply for comment in above for reply in reply_ids(comment)]
        if not wanted:
            break
        above = _with_ids(wanted, level=deeper + 1)
        for comment in above:
            below.setdefault(comment.parent_id or 0, []).append(comment)
    return below


def with_replies(comments: QuerySet[Comment], *, level: int = 0) -> QuerySet[Comment]:
    """Have each of ``comments`` carry the ids of its first answers: as many as that level shows, at least one."""
    ids = {
        f"reply_{number}": RawSQL(_REPLY.format(number=number), [True], output_field=BigIntegerField())  # noqa: S611
        for number in range(_replies_shown(level))
    }
    return comments.annotate(**ids)


def _with_ids(wanted: Sequence[int], *, level: int) -> list[Comment]:
    """Return the comments ``wanted`` as ``with_replies`` does, oldest first."""
    statement = _LEVEL.format(columns=_columns(level), wanted=", ".join(["%s"] * len(wanted)))
    return rows.read(Comment, statement, [*_given(level), *wanted], (*SHOWN, *_reply_names(level)))


def _plain_roots(thread: Thread, order: Order, place: Place | None, count: int) -> list[Comment]:
    """Return the first roots of ``thread`` after ``place``, as ``with_replies`` does."""
    beyond, at = "", []
    if place is not None:
        beyond = _BEYOND.format(column=order.column, than=">" if order.rising else "<")
        at = [_as_stored(place.value), place.comment_id]
    direction = "ASC" if order.rising else "DESC"
    statement = _ROOTS.format(columns=_columns(0), column=order.column, beyond=beyond, direction=direction)
    return rows.read(Comment, statement, [*_given(0), thread.pk, True, *at, count], (*SHOWN, *_reply_names(0)))


def _as_stored(value: int | datetime) -> object:
    return value if isinstance(value, int) else connection.ops.adapt_datetimefield_value(value)


@cache
def _columns(level: int) -> str:
    """Return a comment's columns with the ids of its first answers."""
    replies = [f"{_REPLY.format(number=number)} AS reply_{number}" for number in range(_replies_shown(level))]
    return ", ".join([*(f"discussion_comment.{column}" for column in SHOWN), *replies])


def _given(level: int) -> list[bool]:
    return [True] * _replies_shown(level)


def _reply_names(level: int) -> list[str]:
    return [f"reply_{number}" for number in range(_replies_shown(level))]


def _replies_shown(level: int) -> int:
    return REPLIES_SHOWN[level] if level < len(REPLIES_SHOWN) else 1


def reply_ids(comment: Comment) -> list[int]:
    """Return the ids that ``with_replies`` put on ``comment``."""
    found = map(comment.__dict__.get, _REPLY_NAMES)
    return [number for number in found if number is not None]


def _cut(comments: list[Comment], order: Order, count: int, votes_number: int = 0) -> Rows:
    if len(comments) <= count:
        return Rows(comments)
    return Rows(comments[:count], order.place(comments[count - 1], votes_number))


def _roots_by_votes(thread: Thread, order: Order, place: Place | None, count: int, *, inline: bool) -> Rows:
    among = shown_roots(thread, inline=inline)
    votes_number = thread.votes_number if place is None else min(place.votes_number, thread.votes_number)
    moved = _moved_since(thread, among, order, votes_number) if votes_number < thread.votes_number else {}
    for _ in range(_TRIES):
        if moved or inline:
            still = among.exclude(pk__in=moved)
            resting = list(with_replies(order.sorted(order.after(still, place)))[: count + 1])
        else:
            resting = _plain_roots(thread, order, place, count + 1)
        moved_meanwhile = _moved_since(thread, among, order, votes_number)
        if moved_meanwhile.keys() == moved.keys():
            break
        moved = moved_meanwhile

    def key(comment: Comment) -> tuple[int, int]:
        return getattr(comment, order.column) - getattr(comment, "swung", 0), comment.pk

    back = [comment for comment in moved.values() if place is None or key(comment) < (place.value, place.comment_id)]
    merged = sorted([*resting, *back], key=key, reverse=True)
    if len(merged) <= count:
        return Rows(merged)
    value, comment_id = key(merged[count - 1])
    return Rows(merged[:count], Place(value, comment_id, votes_number))


def _moved_since(thread: Thread, among: QuerySet[Comment], order: Order, votes_number: int) -> dict[int, Comment]:
    """Return those of the roots ``among`` on which votes were cast since, each with ``swung``: how far that moved it.

    One statement, one moment.
    """
    moved = among.filter(swings__thread=thread, swings__number__gt=votes_number)
    return {comment.pk: comment for comment in with_replies(moved.annotate(swung=Sum(f"swings__{order.swing}")))}
