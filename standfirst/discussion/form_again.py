"""The comment form, sent and shown again: with a preview, or because it was refused. Nothing that was typed is lost."""

from typing import Any

from django.http import HttpRequest

from standfirst.discussion import refusals
from standfirst.discussion.models import TEXT_LENGTH_MAX, Comment, State, Thread
from standfirst.discussion.pictures.sent import Sent
from standfirst.discussion.rules import book, policies
from standfirst.kit.text import clean_text

TYPED_LENGTH_MAX = 4 * TEXT_LENGTH_MAX
TYPED = ("name", "text", "email", "question", "quote", "quote_before", "quote_after")
TEMPLATE = "discussion/write.html"
ID_DIGITS_MAX = 18


def parent_id(request: HttpRequest) -> int | None:
    """Return the id of the comment that is answered, None for none. ParentElsewhere for what is no id."""
    raw = request.POST.get("parent", "").strip()
    if not raw:
        return None
    if not raw.isascii() or not raw.isdigit() or len(raw) > ID_DIGITS_MAX:
        raise refusals.ParentElsewhere
    return int(raw)


def context(request: HttpRequest, thread: Thread, sent: Sent, *, answers: bool = True) -> dict[str, Any]:
    """Return what TEMPLATE needs to show the form as it was sent; with ``answers`` false, as a comment of its own."""
    number = parent_id(request) if answers else None
    parent = None
    if number is not None:
        parent = Comment.objects.filter(pk=number, thread=thread, state=State.PUBLISHED).first()
    # More than a browser lets one type was written by a program.
    typed = {name: clean_text(request.POST.get(name, "")[:TYPED_LENGTH_MAX]) for name in TYPED}
    door = policies.sign_in_url(book.terms_of(thread), thread)
    return {
        "thread": thread,
        "parent": parent,
        "typed": typed,
        "pictures": sent.shown(),
        "is_open": True,
        "sign_in_url": door,
    }
