"""The stored counts: kept exact by whoever changes a comment's state, and checked against the rows.

Whoever calls ``moved`` holds the lock of the thread's row, so no two states of a thread change at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, F, Max, Q

from standfirst.delivery.changes import touch, verb
from standfirst.discussion.merit import merit_of
from standfirst.discussion.models import Comment, Question, State, Thread, Vote
from standfirst.discussion.questions.marks import change_key as questions_key

BUSIEST = "threads"  # touched whenever the number of comments of any thread changes
ROWS_AT_ONCE = 2_000  # rows in one statement; above, databases grow slow or refuse


# Written out, as whoever writes waits for it.
_MOVED = """
    UPDATE discussion_thread
    SET published_count = published_count + %s, roots_count = roots_count + %s, last_comment_at = %s, event = event + 1
    WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class Drift:
    """A stored count that differs from the rows."""

    what: str
    id: int
    stored: int
    true: int


def moved(comment: Comment, thread: Thread, *, was: str) -> None:
    """Bring the counts up to date after ``comment`` went from the state ``was`` ("" for a new one) to its own."""
    published = (comment.state == State.PUBLISHED) - (was == State.PUBLISHED)
    if published:
        at: datetime | None = _later(thread.last_comment_at, comment.created_at)
        if published < 0 and at == comment.created_at:
            at = _last_published_at(thread)
        roots = published if comment.parent_id is None else 0
        with connection.cursor() as cursor:
            cursor.execute(_MOVED, [published, roots, connection.ops.adapt_datetimefield_value(at), thread.pk])
        touch(BUSIEST)
        if was:  # it stood on pages that are open, or its gap did
            Comment.objects.filter(pk=comment.pk).update(changed_event=thread.event + 1)
    if comment.question_id is not None and State.PUBLISHED in {was, comment.state}:
        Question.objects.filter(pk=comment.question_id).update(answer_count=F("answer_count") + published)
        touch(questions_key(thread.key))
    if State.PUBLISHED in {was, comment.state}:
        _tell_parents(comment, was_shown=was == State.PUBLISHED or comment.reply_count > 0)


def renewed(comment: Comment, thread: Thread) -> None:
    """Have pages that are open renew a published ``comment``. Inside a verb, under the lock of the thread's row."""
    Comment.objects.filter(pk=comment.pk).update(changed_event=thread.event + 1)
    Thread.objects.filter(pk=thread.pk).update(event=F("event") + 1)
    touch(BUSIEST)  # a list of the latest may have it


def _tell_parents(comment: Comment, *, was_shown: bool) -> None:
    # A gap is shown as long as something hangs below it: so a change may pass on upwards.
    shown = comment.state == State.PUBLISHED or comment.reply_count > 0
    parent = comment.parent  # which the caller has read under the lock, if at all
    while was_shown != shown and parent is not None:
        step = shown - was_shown
        Comment.objects.filter(pk=parent.pk).update(reply_count=F("reply_count") + step)
        was_shown = parent.state == State.PUBLISHED or parent.reply_count > 0
        shown = parent.state == State.PUBLISHED or parent.reply_count + step > 0
        parent = parent.parent


def _last_published_at(thread: Thread) -> datetime | None:
    # The number of the event is said so that SQLite reads one thread's comments, not all that are published.
    said = thread.comments.filter(state=State.PUBLISHED, event__gte=0)
    newest: datetime | None = said.aggregate(at=Max("created_at"))["at"]
    return newest


def _later(stored: datetime | None, at: datetime) -> datetime:
    return at if stored is None else max(stored, at)


def check_counts() -> list[Drift]:
    """Return every stored count that differs from what the rows say. Reads all comments, thread by thread.

    A thread that seems to drift is read once more under its lock: somebody may have posted meanwhile.
    """
    found: list[Drift] = []
    for thread_id in Thread.objects.order_by("id").values_list("id", flat=True).iterator():
        if any(_drift_of(thread_id)):
            with transaction.atomic():
                Thread.objects.select_for_update().get(pk=thread_id)
                found += _drift_of(thread_id)
    return found


@verb
def recount(*, thread_key: str) -> None:
    """Set the stored counts of a thread to what its rows say. Locks the thread's row."""
    thread = Thread.objects.select_for_update().get(key=thread_key)
    rows = _rows_of(thread.pk)
    replies = _true_replies(rows)
    true = {row.pk: (replies.get(row.pk, 0), merit_of(row.up_count, row.down_count)) for row in rows.values()}
    wrong = [row for row in rows.values() if (row.reply_count, row.merit) != true[row.pk]]
    for row in wrong:
        row.reply_count, row.merit = true[row.pk]
    Comment.objects.bulk_update(wrong, ["reply_count", "merit"], batch_size=ROWS_AT_ONCE)
    published = [row for row in rows.values() if row.state == State.PUBLISHED]
    Thread.objects.filter(pk=thread.pk).update(
        published_count=len(published),
        roots_count=sum(row.parent_id is None for row in published),
        last_comment_at=_last_published_at(thread),
        event=F("event") + 1,
    )
    for question in thread.questions.all():
        question.answer_count = _answers(question)
        question.save(update_fields=["answer_count"])
    touch(thread.change_key, BUSIEST, questions_key(thread_key))


def _answers(question: Question) -> int:
    return Comment.objects.filter(question=question, state=State.PUBLISHED, shown=True, question__isnull=False).count()


def _rows_of(thread_id: int) -> dict[int, Comment]:
    wanted = Comment.objects.filter(thread=thread_id).only(
        *("state", "parent_id", "depth", "reply_count", "up_count", "down_count", "merit"),
        *("up_count_before", "down_count_before"),
    )
    return {row.pk: row for row in wanted.iterator(chunk_size=ROWS_AT_ONCE)}


def _true_replies(rows: dict[int, Comment]) -> dict[int, int]:
    """Return how many shown answers each comment has; from the deepest up, for a gap is shown by what is below it."""
    replies: dict[int, int] = {}
    for row in sorted(rows.values(), key=lambda row: -row.depth):
        if row.parent_id is not None and (row.state == State.PUBLISHED or replies.get(row.pk)):
            replies[row.parent_id] = replies.get(row.parent_id, 0) + 1
    return replies


def _drift_of(thread_id: int) -> Iterator[Drift]:
    thread = Thread.objects.get(pk=thread_id)
    rows = _rows_of(thread_id)
    replies = _true_replies(rows)
    published = [row for row in rows.values() if row.state == State.PUBLISHED]
    pairs = [
        ("thread.published_count", thread_id, thread.published_count, len(published)),
        ("thread.roots_count", thread_id, thread.roots_count, sum(row.parent_id is None for row in published)),
    ]
    pairs += [("question.answer_count", row.pk, row.answer_count, _answers(row)) for row in thread.questions.all()]
    votes = {
        row["comment"]: (row["up"], row["down"])
        for row in Vote.objects.filter(comment__thread=thread_id)
        .values("comment")
        .annotate(up=Count("id", filter=Q(value=1)), down=Count("id", filter=Q(value=-1)))
    }
    for row in rows.values():
        up, down = votes.get(row.pk, (0, 0))
        pairs.append(("comment.reply_count", row.pk, row.reply_count, replies.get(row.pk, 0)))
        pairs.append(("comment.up_count", row.pk, row.up_count, up + row.up_count_before))
        pairs.append(("comment.down_count", row.pk, row.down_count, down + row.down_count_before))
        pairs.append(("comment.merit", row.pk, row.merit, merit_of(row.up_count, row.down_count)))
    yield from (Drift(*pair) for pair in pairs if pair[2] != pair[3])
