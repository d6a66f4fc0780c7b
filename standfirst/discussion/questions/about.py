"""What a shown comment says of the passage that it is about."""

from collections.abc import Iterable
from dataclasses import dataclass

from standfirst.discussion.models import Comment, Question, Quote
from standfirst.discussion.questions.passages import link_to

PASSAGE_SHOWN_MAX = 240  # characters; the link leads to all of it


@dataclass(frozen=True, slots=True)
class ShownAbout:
    """A passage above a comment.

    ``kind`` is "question", "picked" (the answer that the newsroom picked), "question-gone", "quote",
    "quote-changed", "quote-gone", or "" for a comment that is about no passage. ``asked`` is the question.
    """

    kind: str = ""
    passage: str = ""
    url: str = ""
    asked: str = ""


NOTHING = ShownAbout()


def about_of(comments: Iterable[Comment], thread_url: str) -> dict[int, ShownAbout]:
    """Return what those of ``comments`` that are about a passage say of it, by id.

    No query if none is, else one for the questions and one for the quotes.
    """
    answers: dict[int, int] = {}
    quoting: dict[int, int] = {}
    for comment in comments:
        if comment.quote_id is not None:
            quoting[comment.pk] = comment.quote_id
        if comment.question_id is not None:
            answers[comment.pk] = comment.question_id
    shown: dict[int, ShownAbout] = {}
    if quoting:
        quotes = Quote.objects.in_bulk(set(quoting.values()))
        shown |= {comment_id: _quote(quotes[each], thread_url) for comment_id, each in quoting.items()}
    if answers:
        questions = Question.objects.select_related("picked").in_bulk(set(answers.values()))
        shown |= {comment_id: _answer(comment_id, questions[each], thread_url) for comment_id, each in answers.items()}
    return shown


def passage_url(question: Question, thread_url: str) -> str:
    """Return where the passage of ``question`` stands."""
    return f"{thread_url}#question-{question.mark}"


def shortened(passage: str) -> str:
    """Return ``passage`` as far as it is shown above a comment."""
    if len(passage) <= PASSAGE_SHOWN_MAX:
        return passage
    return passage[:PASSAGE_SHOWN_MAX].rsplit(" ", 1)[0] + "…"


def _answer(comment_id: int, question: Question, thread_url: str) -> ShownAbout:
    passage = shortened(question.passage)
    if question.removed_at is not None:
        return ShownAbout("question-gone", passage, asked=question.text)
    picked = getattr(question, "picked", None)
    kind = "picked" if picked is not None and picked.comment_id == comment_id else "question"
    return ShownAbout(kind, passage, passage_url(question, thread_url), question.text)


def _quote(quote: Quote, thread_url: str) -> ShownAbout:
    if not quote.found:
        return ShownAbout("quote-gone", shortened(quote.exact))
    kind = "quote" if quote.found == quote.exact else "quote-changed"
    return ShownAbout(kind, shortened(quote.exact), link_to(thread_url, quote.found))
