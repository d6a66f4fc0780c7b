"""What a comment is about: a question that it answers, a passage that it quotes.

Nothing that a browser sends is believed: the question has to be one of this thread and open, the quote has to
stand in the text as it is published now, and it is kept in the text's own words.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from standfirst.discussion.models import QUOTE_LENGTH_MAX, Comment, Question, QuestionClosing, Quote, Thread
from standfirst.discussion.questions import refusals
from standfirst.discussion.questions.marks import usable_mark
from standfirst.discussion.questions.passages import Passage, Text, length_that_counts
from standfirst.kit.text import clean_line

QUOTE_LENGTH_MIN = 10  # characters without spaces: two words, or one that is long
_READ_MAX = 4 * QUOTE_LENGTH_MAX  # of what was sent; more is cleaned in vain

type TextOf = Callable[[str], str]

_text_of: list[TextOf] = []


def read_texts_with(text_of: TextOf) -> None:
    """Have the published text of a thread's subject told by ``text_of``: by its key, "" if nobody can read it."""
    _text_of[:] = [text_of]


@dataclass(frozen=True, slots=True)
class About:
    """What a form says a comment is about: a question's mark, words and what stands around them."""

    question: str = ""
    quote: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The question of the thread and the passage of the text that were found."""

    question_id: int | None = None
    passage: Passage | None = None


NOWHERE = Anchor()


def found(thread: Thread, about: About | None, *, parent_id: int | None) -> Anchor:
    """Return what ``about`` names. An answer to a comment answers no question besides.

    Refusals: NoSuchQuestion, QuestionClosed, QuoteNotFound, QuoteTooShort, QuoteTooLong. Two queries if it names both.
    """
    if about is None or about == About():
        return NOWHERE
    question_id = _open_question(thread, about.question) if about.question and parent_id is None else None
    return Anchor(question_id, _quoted(thread, about) if about.quote.strip() else None)


def hold(anchor: Anchor, comment: Comment) -> None:
    """Tie ``comment``, which is about to be written, to ``anchor``. The thread's row is locked. QuestionClosed."""
    if anchor.question_id is not None:
        if not open_questions().filter(pk=anchor.question_id).exists():
            raise refusals.QuestionClosed
        comment.question_id = anchor.question_id
    if anchor.passage is not None:
        kept = anchor.passage
        comment.quote = Quote.objects.create(
            thread_id=comment.thread_id, exact=kept.exact, before=kept.before, after=kept.after, found=kept.exact
        )


def open_questions() -> QuerySet[Question]:
    """Return the questions that take answers, as far as they themselves are concerned."""
    closed = QuestionClosing.objects.filter(question=OuterRef("pk"), reopened_at__isnull=True)
    return Question.objects.filter(~Exists(closed), removed_at__isnull=True)


def changed_quotes(quotes: Iterable[Quote], text: str) -> list[Quote]:
    """Return those of ``quotes`` that stand elsewhere or otherwise in ``text`` than they did, brought up to date."""
    within = Text(text)
    now: dict[tuple[str, str, str], str] = {}
    changed = []
    for quote in quotes:
        kept = Passage(quote.exact, quote.before, quote.after)
        same = (kept.exact, kept.before, kept.after)
        if same not in now:
            passage = within.passage_now(kept)
            now[same] = passage.exact if passage else ""
        if quote.found != now[same]:
            quote.found = now[same]
            changed.append(quote)
    return changed


def _open_question(thread: Thread, mark: str) -> int:
    known = Question.objects.filter(thread=thread, mark=usable_mark(mark)).first()
    if known is None:
        raise refusals.NoSuchQuestion
    if not open_questions().filter(pk=known.pk).exists():
        raise refusals.QuestionClosed
    return known.pk


def _quoted(thread: Thread, about: About) -> Passage:
    exact = clean_line(about.quote[:_READ_MAX])
    if len(exact) > QUOTE_LENGTH_MAX:
        raise refusals.QuoteTooLong(length=len(exact), length_max=QUOTE_LENGTH_MAX)
    if length_that_counts(exact) < QUOTE_LENGTH_MIN:
        raise refusals.QuoteTooShort
    text = Text(_text_of[0](thread.key) if _text_of else "")
    passage = text.passage(exact, clean_line(about.before[-_READ_MAX:]), clean_line(about.after[:_READ_MAX]))
    if passage is None:
        raise refusals.QuoteNotFound
    return passage
