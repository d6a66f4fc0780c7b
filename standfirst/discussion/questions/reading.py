"""Reading questions: how many answered, the latest answers, what the newsroom has open."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from standfirst.discussion import markup
from standfirst.discussion.models import Closing, Comment, Question, QuestionClosing, State
from standfirst.discussion.questions.about import passage_url
from standfirst.discussion.questions.marks import change_key, name_of, parts_of
from standfirst.discussion.questions.refusals import NoSuchQuestion
from standfirst.discussion.shown import ShownComment, assembled

LATEST = 3  # answers beside the text; the rest stands in the thread
ON_ITS_PAGE = 20
WORDS_SHOWN_MAX = 300  # characters of an answer beside the text
NAMES_MAX = 200  # questions of one look; a page has fewer
DESK_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer beside the text: its first words, and whether the newsroom picked it."""

    comment: ShownComment
    words: str
    is_cut: bool
    is_picked: bool


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question with its latest answers, the picked one first. ``is_open`` needs an open thread, too."""

    id: int
    key: str
    mark: uuid.UUID
    text: str
    passage: str
    title: str
    count: int
    is_open: bool
    is_closed: bool
    is_gone: bool
    passage_url: str
    all_url: str
    answers: tuple[Answer, ...]

    @property
    def name(self) -> str:
        """Its name in a fragment's."""
        return name_of(self.key, self.mark)

    @property
    def change_key(self) -> str:
        """What is touched when it or an answer to it changes."""
        return change_key(self.key)

    @property
    def url(self) -> str:
        """Its own page."""
        return reverse("discussion:question", args=[self.key, self.mark])

    @property
    def more(self) -> int:
        """How many answers there are besides."""
        return max(0, self.count - len(self.answers))


def counts_of(names: Iterable[str]) -> dict[str, int]:
    """Return how many published answers the questions of those ``names`` have. One query, however many."""
    wanted = _named(names)
    found = _readable(wanted.values()).values_list("thread__key", "mark", "answer_count")
    by_parts = {(key, mark): count for key, mark, count in found}
    return {name: by_parts[parts] for name, parts in wanted.items() if parts in by_parts}


def questions_of(names: Iterable[str]) -> dict[str, ShownQuestion]:
    """Return the questions of those ``names`` with their latest answers. One query, and two or three for each."""
    wanted = _named(names)
    found = {(row.thread.key, row.mark): row for row in _with_state(_readable(wanted.values()))}
    return {name: _shown(found[parts], LATEST) for name, parts in wanted.items() if parts in found}


def question_of(key: str, mark: uuid.UUID) -> ShownQuestion:
    """Return a question for a page of its own. NoSuchQuestion."""
    row = _with_state(_readable([(key, mark)])).first()
    if row is None:
        raise NoSuchQuestion
    return _shown(row, ON_ITS_PAGE)


def newest(*, after: int = 0) -> list[Question]:
    """Return the questions asked last, for the desk, after the question ``after``; one more than a page has."""
    found = Question.objects.filter(id__lt=after) if after else Question.objects.all()
    return list(_with_state(found).order_by("-id")[: DESK_LENGTH + 1])


def on_desk(question_id: int) -> ShownQuestion:
    """Return a question for the desk, whether its thread can be read or not. NoSuchQuestion."""
    row = _with_state(Question.objects.filter(pk=question_id)).first()
    if row is None:
        raise NoSuchQuestion
    return _shown(row, ON_ITS_PAGE)


def _named(names: Iterable[str]) -> dict[str, tuple[str, uuid.UUID]]:
    return {name: parts_of(name) for name in list(names)[:NAMES_MAX]}


def _readable(wanted: Iterable[tuple[str, uuid.UUID]]) -> QuerySet[Question]:
    either = Q(pk__in=[])
    by_key: dict[str, list[uuid.UUID]] = {}
    for key, mark in wanted:
        by_key.setdefault(key, []).append(mark)
    for key, marks in by_key.items():
        either |= Q(thread__key=key, mark__in=marks)
    return Question.objects.filter(either, thread__withdrawn_at__isnull=True)


def _with_state(questions: QuerySet[Question]) -> QuerySet[Question]:
    closed = QuestionClosing.objects.filter(question=OuterRef("pk"), reopened_at__isnull=True)
    thread_closed = Closing.objects.filter(thread=OuterRef("thread"), reopened_at__isnull=True)
    return questions.select_related("thread", "picked").annotate(
        is_closed=Exists(closed), is_thread_closed=Exists(thread_closed)
    )


def _shown(row: Question, count: int) -> ShownQuestion:
    picked = getattr(row, "picked", None)
    return ShownQuestion(
        id=row.pk,
        key=row.thread.key,
        mark=row.mark,
        text=row.text,
        passage=row.passage,
        title=row.thread.title,
        count=row.answer_count,
        is_open=not (row.is_closed or row.is_thread_closed or row.removed_at),  # type: ignore[attr-defined]
        is_closed=row.is_closed,  # type: ignore[attr-defined]
        is_gone=row.removed_at is not None,
        passage_url=passage_url(row, row.thread.url),
        all_url=inline_url(row.thread.url),
        answers=tuple(_answers(row, count, picked.comment_id if picked else 0)),
    )


def inline_url(thread_url: str) -> str:
    """Return where the answers to all questions of a thread stand, newest first."""
    joint = "&" if "?" in thread_url else "?"
    return f"{thread_url}{joint}order=newest&show=inline#comments"


def _answers(row: Question, count: int, picked: int) -> Iterable[Answer]:
    answers = Comment.objects.filter(question=row, question__isnull=False, shown=True, state=State.PUBLISHED)
    rows = list(answers.order_by("-created_at", "-id")[:count])
    if picked and picked not in {each.pk for each in rows}:
        rows = [*answers.filter(pk=picked), *rows][:count]
    rows.sort(key=lambda each: each.pk != picked)
    for shown in assembled(rows, {}, row.thread.url):
        words = markup.words(shown.html)
        is_cut = len(words) > WORDS_SHOWN_MAX
        cut = words[:WORDS_SHOWN_MAX].rsplit(" ", 1)[0] + "…" if is_cut else words
        yield Answer(shown, cut, is_cut, is_picked=shown.id == picked)
