"""Makers of questions and their answers. They call the real verbs."""

import itertools
import uuid
from dataclasses import dataclass, field

from standfirst.accounts.models import Guest
from standfirst.discussion import comments
from standfirst.discussion.models import Comment, Question, Thread
from standfirst.discussion.questions import asking
from standfirst.discussion.questions.anchors import About

_numbers = itertools.count(1)
TEXT = "The boat came back on Monday, an hour late. The whole quay was there to see it."


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a subject's text tells it."""

    passage: str = "an hour late"
    text: str = "Were you there?"
    opened: bool = False
    mark: str = field(default_factory=lambda: str(uuid.uuid4()))


def a_question(thread: Thread, passage: str = "an hour late", text: str = "Were you there?") -> Question:
    """Ask about a passage of ``thread``'s subject, beside what is asked there already."""
    known = [Asked(each.passage, each.text, each.opened, str(each.mark)) for each in thread.questions.order_by("place")]
    new = Asked(passage, text)
    asking.follow_text(key=thread.key, asked=[*known, new], text=TEXT)
    return Question.objects.get(thread=thread, mark=new.mark)


def an_answer(
    question: Question, *, text: str = "", name: str = "Ines", guest: Guest | None = None, trap: str = ""
) -> Comment:
    """Answer a question, with a text that nobody posted before unless one is given."""
    return comments.post(
        thread_key=question.thread.key,
        name=name,
        text=text or f"I was there, and this is answer {next(_numbers)}.",
        guest=guest,
        trap=trap,
        about=About(question=str(question.mark)),
    ).comment
