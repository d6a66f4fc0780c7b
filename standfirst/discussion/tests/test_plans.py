"""Nothing that readers do makes the database read all comments, however many there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from standfirst.delivery.fragments import render as fragments
from standfirst.discussion import comments, feeds, latest, news, threads, votes
from standfirst.discussion.models import Comment, Thread
from standfirst.discussion.pictures import belonging, taking_in
from standfirst.discussion.pictures.belonging import Chosen
from standfirst.testing.discussion import a_comment, a_guest, a_thread, many_comments
from standfirst.testing.pictures import a_picture
from standfirst.testing.questions import a_question, an_answer

pytestmark = pytest.mark.django_db
LARGE = ("discussion_comment", "discussion_revision", "discussion_vote", "discussion_commentpicture", "reply")


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Collect what is asked, with its parameters apart: SQLite plans another way where values are written in."""
    seen: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "UPDATE")):
            seen.append((sql, params))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(note):
        yield seen


def scans(sql: str, params: Any) -> list[str]:
    """Return the steps of the statement's plan that read a large table from end to end."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not sqlite:
            cursor.execute("SET LOCAL enable_seqscan = off")  # else it reads the few rows of a test at once
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{sql}", params)
        steps = [str(row[-1]) for row in cursor.fetchall()]
    whole = [f"SCAN {table}" for table in LARGE] if sqlite else [f"Seq Scan on {table}" for table in LARGE]
    return [step for step in steps if any(each in step for each in whole) or "comment_by_state (state=?)" in step]


def post(thread: Thread, **more: Any) -> None:
    text = "The harbour wall needs repair, and soon."
    comments.post(thread_key=thread.key, name="Ines", text=text, address_hash="a" * 32, **more)


def bring_in_again(thread: Thread) -> None:
    many_comments(thread, roots=2)


def a_pending_picture() -> Chosen:
    taken = taking_in.take_in(file=SimpleUploadedFile("a.jpg", a_picture()), address_hash="a" * 32)
    return Chosen(taken.name, "")


def see_a_picture(comment: Comment) -> None:
    chosen = a_pending_picture()
    belonging.attach(comment=comment, chosen=[chosen])
    assert Client(headers={"host": "127.0.0.1"}).get(f"/discussion/pictures/{chosen.name}.webp").status_code == 200


def beside_the_text(thread: Thread) -> None:
    answer = an_answer(a_question(thread))
    assert answer.question is not None
    fragments([f"{kind}:{thread.key}:{answer.question.mark}" for kind in ("question-mark", "question")])


ACTIONS: dict[str, Callable[[Thread, Comment], Any]] = {
    "a guest without a key posts": lambda thread, _comment: post(thread),
    "a guest posts": lambda thread, _comment: post(thread, guest=a_guest()),
    "a guest answers": lambda thread, comment: post(thread, parent_id=comment.pk, guest=a_guest()),
    "somebody votes": lambda _thread, comment: votes.up(comment_id=comment.pk, address_hash="a" * 32),
    "a guest votes": lambda _thread, comment: votes.up(comment_id=comment.pk, guest=a_guest(), address_hash="a" * 32),
    "oldest first": lambda thread, _comment: threads.page_of(thread.key, order="oldest"),
    "newest first": lambda thread, _comment: threads.page_of(thread.key, order="newest"),
    "most voted first": lambda thread, _comment: threads.page_of(thread.key, order="voted"),
    "answers, oldest first": lambda thread, _comment: threads.page_of(thread.key, order="oldest", inline=True),
    "answers, newest first": lambda thread, _comment: threads.page_of(thread.key, order="newest", inline=True),
    "answers, most voted first": lambda thread, _comment: threads.page_of(thread.key, order="voted", inline=True),
    "a question is answered": lambda thread, _comment: an_answer(a_question(thread)),
    "a question beside the text": lambda thread, _comment: beside_the_text(thread),
    "best first": lambda thread, _comment: threads.page_of(thread.key, order="best"),
    "a comment's page": lambda thread, comment: threads.page_holding(comment.pk, key=thread.key),
    "further answers": lambda _thread, comment: threads.replies_of(comment.pk),
    "what is new": lambda thread, _comment: news.new_since(thread.key, thread.event, 0),
    "the latest comments": lambda _thread, _comment: latest.latest(5),
    "the feed of a thread": lambda thread, _comment: feeds.of_thread(thread.key),
    "the feed of everything": lambda _thread, _comment: feeds.of_everything(),
    "somebody posts with a picture": lambda thread, _comment: post(thread, pictures=[a_pending_picture()]),
    "somebody sees a picture": lambda _thread, comment: see_a_picture(comment),
    "pictures are forgotten": lambda _thread, comment: belonging.forget_pictures(comment_id=comment.pk),
    "pending pictures are forgotten": lambda _thread, _comment: belonging.forget_pending(),
    "comments come in again": lambda thread, _comment: bring_in_again(thread),
}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_no_table_is_read_from_end_to_end(action: Callable[[Thread, Comment], Any]) -> None:
    thread = a_thread()
    many_comments(thread, roots=30, replies=2)
    comment = a_comment(thread)
    votes.up(comment_id=comment.pk)

    with statements() as asked:
        action(thread, comment)

    assert asked != []
    assert [(step, sql) for sql, params in asked for step in scans(sql, params)] == []
