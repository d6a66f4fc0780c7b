"""Questions as the newsroom asks them: kept in step with the published text, closed, answers picked."""

from collections.abc import Sequence
from typing import Protocol

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.discussion.models import (
    PASSAGE_LENGTH_MAX,
    QUESTION_LENGTH_MAX,
    Comment,
    PickedAnswer,
    Question,
    QuestionClosing,
    Quote,
    State,
    Thread,
)
from standfirst.discussion.questions import anchors, refusals
from standfirst.discussion.questions.marks import change_key, usable_mark
from standfirst.discussion.refusals import NoSuchThread
from standfirst.kit import clock
from standfirst.kit.text import clean_line

CURATE = "discussion.curate_questions"
AT_ONCE = 500  # rows in one statement


class Asked(Protocol):
    """A question in a published text, as whoever publishes it tells it."""

    @property
    def mark(self) -> str:
        """Its lasting id."""

    @property
    def passage(self) -> str:
        """What it is about."""

    @property
    def text(self) -> str:
        """What is asked."""

    @property
    def opened(self) -> bool:
        """Whether it is open from the start."""


@verb
def follow_text(*, key: str, asked: Sequence[Asked], text: str) -> None:
    """Bring the thread's questions, and where its quotes stand, in step with what its subject says now.

    A question whose mark is gone keeps its answers, and is back with the mark. Locks the thread's row. NoSuchThread.
    """
    thread = Thread.objects.select_for_update().filter(key=key).first()
    if thread is None:
        raise NoSuchThread
    changed = _follow_questions(thread, asked)
    moved = anchors.changed_quotes(Quote.objects.filter(thread=thread).iterator(chunk_size=AT_ONCE), text)
    Quote.objects.bulk_update(moved, ["found"], batch_size=AT_ONCE)
    if changed:
        touch(change_key(key))
    if changed or moved:
        touch(thread.change_key)


@verb
def close(*, question_id: int, by: Account) -> Question:
    """Take no more answers. Closing twice is once. Refusals: NotACurator, NoSuchQuestion. Locks the thread's row."""
    question = _curated(question_id, by)
    _made, new = QuestionClosing.objects.get_or_create(
        question=question, reopened_at=None, defaults={"closed_at": clock.now(), "closed_by": by}
    )
    return _told(question) if new else question


@verb
def reopen(*, question_id: int, by: Account) -> Question:
    """Take answers again. Refusals and locks: as ``close``."""
    question = _curated(question_id, by)
    if question.closings.filter(reopened_at__isnull=True).update(reopened_at=clock.now()):
        _told(question)
    return question


@verb
def pick(*, comment_id: int, by: Account) -> Question:
    """Put this answer first in its question, instead of any other.

    Refusals: NotACurator, NotAnAnswer. Locks the thread's row.
    """
    answer = Comment.objects.filter(pk=comment_id, question__isnull=False, state=State.PUBLISHED).first()
    if answer is None or answer.question_id is None:
        raise refusals.NotAnAnswer
    question = _curated(answer.question_id, by)
    PickedAnswer.objects.update_or_create(
        question=question, defaults={"comment": answer, "picked_by": by, "picked_at": clock.now()}
    )
    return _told(question)


@verb
def unpick(*, question_id: int, by: Account) -> Question:
    """Put no answer first. Refusals and locks: as ``close``."""
    question = _curated(question_id, by)
    deleted, _rows = PickedAnswer.objects.filter(question=question).delete()
    return _told(question) if deleted else question


def _follow_questions(thread: Thread, asked: Sequence[Asked]) -> bool:
    """Write down what is asked now; say whether anything differs."""
    known = {question.mark: question for question in Question.objects.filter(thread=thread)}
    changed = False
    for place, each in enumerate(asked):
        passage, text = clean_line(each.passage)[:PASSAGE_LENGTH_MAX], clean_line(each.text)[:QUESTION_LENGTH_MAX]
        if not passage or not text:
            continue
        mark = usable_mark(each.mark)
        new = mark not in known
        question = Question(thread=thread, mark=mark, asked_at=clock.now()) if new else known.pop(mark)
        was = (question.place, question.passage, question.text, question.opened, question.removed_at)
        now = (place, passage, text, each.opened, None)
        if new or was != now:
            question.place, question.passage, question.text, question.opened, question.removed_at = now
            question.save()
            changed = True
    gone = [question.pk for question in known.values() if question.removed_at is None]
    changed |= bool(Question.objects.filter(pk__in=gone).update(removed_at=clock.now())) if gone else False
    return changed


def _curated(question_id: int, by: Account) -> Question:
    if not by.has_perm(CURATE):
        raise refusals.NotACurator
    thread = Thread.objects.select_for_update().filter(questions=question_id).first()
    question = Question.objects.filter(pk=question_id).first()
    if thread is None or question is None:
        raise refusals.NoSuchQuestion
    question.thread = thread
    return question


def _told(question: Question) -> Question:
    touch(change_key(question.thread.key), question.thread.change_key)
    return question
