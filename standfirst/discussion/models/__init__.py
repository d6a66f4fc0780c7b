"""What readers say: threads, comments and their revisions, what staff decided, and votes."""

from standfirst.discussion.models.comments import Comment, Decision, Revision, State, from_address
from standfirst.discussion.models.limits import (
    DEPTH_MAX,
    KEY_LENGTH_MAX,
    NAME_LENGTH_MAX,
    PASSAGE_LENGTH_MAX,
    QUESTION_LENGTH_MAX,
    QUOTE_AROUND_MAX,
    QUOTE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    SOURCE_ID_LENGTH_MAX,
    TEXT_LENGTH_MAX,
)
from standfirst.discussion.models.questions import PickedAnswer, Question, QuestionClosing, Quote
from standfirst.discussion.models.threads import Closing, Thread
from standfirst.discussion.models.votes import Swing, Vote

__all__ = [
    "DEPTH_MAX",
    "KEY_LENGTH_MAX",
    "NAME_LENGTH_MAX",
    "PASSAGE_LENGTH_MAX",
    "QUESTION_LENGTH_MAX",
    "QUOTE_AROUND_MAX",
    "QUOTE_LENGTH_MAX",
    "REASON_LENGTH_MAX",
    "SOURCE_ID_LENGTH_MAX",
    "TEXT_LENGTH_MAX",
    "Closing",
    "Comment",
    "Decision",
    "PickedAnswer",
    "Question",
    "QuestionClosing",
    "Quote",
    "Revision",
    "State",
    "Swing",
    "Thread",
    "Vote",
    "from_address",
]
