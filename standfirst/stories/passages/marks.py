"""The mark of a question, as texts are kept: ``<a linktype="question" …>passage</a>``.

A mark has an id of its own, which stays whatever happens to the text in it and around it. A passage that was
cut in two by a new paragraph, or pasted a second time, has the same id twice: that is one question still.
In another story the same id is another question, for whoever keeps the answers knows the story, too.
"""

import uuid
from html import escape
from typing import Any

from standfirst.kit.text import clean_line

FEATURE = "question"
QUESTION_LENGTH_MAX = 300  # characters; a question is a sentence or two
OPENED = "1"


def usable_mark(raw: Any) -> str:
    """Return ``raw`` as an id is written, "" if it is none."""
    try:
        return str(uuid.UUID(str(raw))) if len(str(raw)) <= 45 else ""
    except ValueError:
        return ""


def usable_text(raw: Any) -> str:
    """Return a question as it is kept: one line, not too long."""
    return clean_line(str(raw or ""))[:QUESTION_LENGTH_MAX].strip()


def opening_tag(mark: str, text: str, *, opened: bool) -> str:
    """Return the tag with which a marked passage begins where texts are kept."""
    open_at_once = f' opened="{OPENED}"' if opened else ""
    return f'<a id="{mark}" linktype="{FEATURE}" question="{escape(text)}"{open_at_once}>'
