"""Questions about passages: in step with the text, answered like any comment, counted exactly, closed, picked."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from standfirst.delivery import changes
from standfirst.delivery.fragments import render as fragments
from standfirst.discussion import comments, counts, refusals, rendering, threads, votes
from standfirst.discussion.models import Comment, PickedAnswer, Question, Thread
from standfirst.discussion.questions import asking, reading
from standfirst.discussion.questions.anchors import About
from standfirst.discussion.questions.refusals import NoSuchQuestion, NotACurator, NotAnAnswer, QuestionClosed
from standfirst.testing.discussion import a_comment, a_guest, a_moderator, a_thread
from standfirst.testing.questions import TEXT, Asked, a_question, an_answer

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]
XSS = "'\"><script>alert(1)</script><img src=x onerror=alert(1)>"


def follow(thread: Thread, *asked: Asked, text: str = TEXT) -> None:
    asking.follow_text(key=thread.key, asked=asked, text=text)


def keys_since(cursor: int) -> set[str]:
    return {key for _, key in changes.since(cursor)}


def answer(thread: Thread, mark: object, **fields: Any) -> Comment:
    typed = {"name": "Ines", "text": "I was there, on the quay."} | fields
    return comments.post(thread_key=thread.key, about=About(question=str(mark)), **typed).comment


# In step with the text


def test_a_question_follows_the_text_and_keeps_its_answers() -> None:
    thread, asked = a_thread(), Asked()
    follow(thread, asked)
    an_answer(Question.objects.get())

    follow(thread, Asked("an hour and a half late", "Were you there, too?", mark=asked.mark, opened=True))

    question = Question.objects.get()
    assert (question.passage, question.text, question.opened) == (
        "an hour and a half late",
        "Were you there, too?",
        True,
    )
    assert question.answer_count == 1


def test_a_question_whose_mark_is_gone_keeps_its_answers_and_comes_back_with_it() -> None:
    thread, asked = a_thread(), Asked()
    follow(thread, asked)
    an_answer(Question.objects.get())

    follow(thread)
    gone = threads.page_of(thread.key).comments[0]
    with pytest.raises(QuestionClosed):
        answer(thread, asked.mark)
    follow(thread, asked)
    back = threads.page_of(thread.key).comments[0]

    assert (gone.about, gone.about_passage, gone.about_url) == ("question-gone", "an hour late", "")
    assert (back.about, back.about_url) == ("question", f"{thread.url}#question-{asked.mark}")


def test_a_text_that_asks_the_same_tells_nobody() -> None:
    thread, asked = a_thread(), Asked()
    follow(thread, asked)
    before = changes.head()

    follow(thread, asked)

    assert changes.head() == before


def test_a_question_that_changes_is_told() -> None:
    thread = a_thread()
    before = changes.head()

    follow(thread, Asked())

    assert keys_since(before) == {thread.change_key, f"questions:{thread.key}"}


def test_a_story_that_moves_takes_its_questions_along() -> None:
    thread = a_thread()
    question = a_question(thread)
    an_answer(question)

    threads.open_thread(key=thread.key, title=thread.title, url="/2026/11/elsewhere/")

    assert threads.page_of(thread.key).comments[0].about_url == f"/2026/11/elsewhere/#question-{question.mark}"


def test_the_same_mark_in_another_story_is_another_question() -> None:
    one, other, asked = a_thread(), a_thread(), Asked()
    follow(one, asked)
    follow(other, asked)

    answer(other, asked.mark)

    assert Question.objects.get(thread=one).answer_count == 0
    assert Question.objects.get(thread=other).answer_count == 1


# Who may answer


def test_a_question_of_another_story_is_not_answered_here() -> None:
    question, elsewhere = a_question(a_thread()), a_thread()

    with pytest.raises(NoSuchQuestion):
        answer(elsewhere, question.mark)
    assert Comment.objects.count() == 0


@pytest.mark.parametrize(
    "mark",
    ["31e7deb7-166f-4407-9dd4-bf4ccc3d3f8e", "1", "x" * 10_000, "00000000-0000-0000-0000-000000000000", "' OR 1=1"],
)
def test_a_made_up_mark_is_refused(mark: str) -> None:
    thread = a_thread()
    a_question(thread)

    with pytest.raises(NoSuchQuestion):
        answer(thread, mark)


def test_a_story_that_nobody_reads_takes_no_answers_and_shows_none(browser: Browser) -> None:
    thread = a_thread()
    question = a_question(thread)
    threads.withdraw_thread(key=thread.key)

    with pytest.raises(refusals.NoSuchThread):
        answer(thread, question.mark)
    assert browser().get(f"/discussion/threads/{thread.key}/questions/{question.mark}/").status_code == 404
    assert fragments([f"question:{thread.key}:{question.mark}", f"question-mark:{thread.key}:{question.mark}"]) == {}


def test_a_closed_question_takes_no_answers_until_it_is_open_again() -> None:
    thread, moderator = a_thread(), a_moderator()
    question = a_question(thread)
    asking.close(question_id=question.pk, by=moderator)
    asking.close(question_id=question.pk, by=moderator)

    with pytest.raises(QuestionClosed):
        answer(thread, question.mark)
    asking.reopen(question_id=question.pk, by=moderator)

    assert answer(thread, question.mark).question == question


def test_a_closed_thread_takes_no_answers() -> None:
    thread = a_thread()
    question = a_question(thread)
    threads.close_thread(key=thread.key)

    with pytest.raises(refusals.ThreadClosed):
        answer(thread, question.mark)
    assert reading.question_of(thread.key, question.mark).is_open is False


def test_only_the_newsroom_and_moderators_close_and_pick() -> None:
    question = a_question(a_thread())
    answered = an_answer(question)
    reader = a_moderator()
    reader.groups.clear()

    for verb, what in (
        (asking.close, {"question_id": question.pk}),
        (asking.reopen, {"question_id": question.pk}),
        (asking.pick, {"comment_id": answered.pk}),
        (asking.unpick, {"question_id": question.pk}),
    ):
        with pytest.raises(NotACurator):
            verb(by=reader, **what)
    with pytest.raises(NoSuchQuestion):
        asking.close(question_id=10**9, by=a_moderator())


# Answers


def test_an_answer_is_an_ordinary_comment_with_the_passage_above_it() -> None:
    thread = a_thread()
    question = a_question(thread)

    answered = an_answer(question)

    shown = threads.page_of(thread.key).comments[0]
    assert (shown.id, shown.about, shown.about_passage, shown.about_asked) == (
        answered.pk,
        "question",
        "an hour late",
        "Were you there?",
    )


def test_an_answer_to_a_comment_answers_no_question_besides() -> None:
    thread = a_thread()
    question = a_question(thread)
    parent = a_comment(thread)

    below = answer(thread, question.mark, parent_id=parent.pk)

    assert below.question is None


def test_the_same_words_to_two_questions_are_two_answers() -> None:
    thread, guest = a_thread(), a_guest()
    one, other = a_question(thread), a_question(thread, "quay", "And you?")

    first = an_answer(one, text="Yes.", guest=guest)
    second = an_answer(other, text="Yes.", guest=guest)

    assert first.pk != second.pk


def test_a_picked_answer_stands_first_and_is_marked_in_the_thread() -> None:
    thread, moderator = a_thread(), a_moderator()
    question = a_question(thread)
    answers = [an_answer(question) for _ in range(5)]

    asking.pick(comment_id=answers[0].pk, by=moderator)
    asking.pick(comment_id=answers[1].pk, by=moderator)

    shown = reading.question_of(thread.key, question.mark).answers
    assert [each.comment.id for each in shown] == [answers[n].pk for n in (1, 4, 3, 2, 0)]
    assert [each.is_picked for each in shown] == [True, False, False, False, False]
    assert [each.about for each in threads.page_of(thread.key).comments] == ["question", "picked", *["question"] * 3]

    asking.unpick(question_id=question.pk, by=moderator)
    assert PickedAnswer.objects.count() == 0


def test_what_is_no_published_answer_is_not_picked() -> None:
    thread, moderator = a_thread(), a_moderator()
    held = an_answer(a_question(thread), trap="filled")

    for comment in (held, a_comment(thread)):
        with pytest.raises(NotAnAnswer):
            asking.pick(comment_id=comment.pk, by=moderator)


def test_a_picked_answer_that_is_rejected_is_shown_nowhere() -> None:
    thread, moderator = a_thread(), a_moderator()
    question = a_question(thread)
    answered = an_answer(question)
    asking.pick(comment_id=answered.pk, by=moderator)

    comments.reject(comment_id=answered.pk, by=moderator, reason="Off the subject")

    shown = reading.question_of(thread.key, question.mark)
    assert (shown.count, shown.answers) == (0, ())


def test_an_answer_tells_the_thread_and_its_question() -> None:
    thread = a_thread()
    question = a_question(thread)
    before = changes.head()

    an_answer(question)

    assert keys_since(before) == {counts.BUSIEST, thread.change_key, f"questions:{thread.key}"}


def test_a_held_answer_tells_nobody() -> None:
    question = a_question(a_thread())
    before = changes.head()

    an_answer(question, trap="filled")

    assert changes.head() == before


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["answer", "hold", "publish", "reject", "remark"]), st.integers(0, 5)), max_size=12
    )
)
def test_the_counts_are_exact_whatever_happens(steps: list[tuple[str, int]]) -> None:
    thread, moderator = a_thread(), a_moderator()
    questions = [a_question(thread), a_question(thread, "quay", "And you?")]
    said: list[Comment] = []
    for what, number in steps:
        if what == "answer":
            said.append(an_answer(questions[number % 2], trap="x" * (number % 3 == 0)))
        elif what == "remark":
            said.append(a_comment(thread))
        elif said:
            chosen = said[number % len(said)]
            verb = {"hold": comments.hold, "publish": comments.publish, "reject": comments.reject}[what]
            with contextlib.suppress(refusals.DecidedAlready):
                verb(comment_id=chosen.pk, by=moderator, reason="Because")

    assert counts.check_counts() == []
    counted = reading.counts_of([f"{thread.key}:{each.mark}" for each in questions])
    truth = [Comment.objects.filter(question=each, state="published").count() for each in questions]
    assert list(counted.values()) == truth


def test_a_wrong_count_is_found_and_mended() -> None:
    thread = a_thread()
    question = a_question(thread)
    an_answer(question)
    Question.objects.update(answer_count=7)

    found = [(drift.what, drift.stored, drift.true) for drift in counts.check_counts()]
    counts.recount(thread_key=thread.key)

    assert found == [("question.answer_count", 7, 1)]
    assert counts.check_counts() == []


# The filter


@settings(max_examples=10, deadline=None)
@given(order=st.sampled_from(["oldest", "newest", "voted"]), voted=st.lists(st.integers(0, 44), max_size=6))
def test_paging_through_the_answers_neither_repeats_nor_loses_one(order: str, voted: list[int]) -> None:
    thread = a_thread()
    question = a_question(thread)
    answers = [an_answer(question) for _ in range(45)]
    for _ in range(5):
        a_comment(thread)
    for number in voted:
        votes.up(comment_id=answers[number].pk)

    seen: list[int] = []
    after = ""
    for turn in range(4):
        page = threads.page_of(thread.key, order=order, after=after, inline=True)
        seen += [each.id for each in page.comments]
        if turn == 0:
            votes.up(comment_id=answers[40].pk)
            votes.down(comment_id=answers[0].pk)
        after = page.more_after
        if not after:
            break

    assert sorted(seen) == sorted(each.pk for each in answers)


def test_the_filter_is_a_plain_link_in_every_order_and_back(browser: Browser) -> None:
    thread = a_thread()
    a_comment(thread, text="A remark of its own.")
    an_answer(a_question(thread), text="An answer, at that.")
    reader = browser()

    whole = reader.get(f"/discussion/threads/{thread.key}/").content.decode()
    answers = reader.get(f"/discussion/threads/{thread.key}/?order=newest&show=inline").content.decode()

    assert f'href="{thread.url}?order=oldest&amp;show=inline#comments"' in whole
    assert "An answer, at that." in answers
    assert "A remark of its own." not in answers
    assert f'href="{thread.url}?order=newest#comments">View all comments' in answers
    assert "show=inline" in answers.split("thread-orders")[1].split("</nav>")[0]


def test_a_thread_in_which_nothing_was_asked_offers_no_filter(browser: Browser) -> None:
    thread = a_thread()
    a_comment(thread)

    assert "show=inline" not in browser().get(f"/discussion/threads/{thread.key}/").content.decode()


def test_a_page_takes_the_same_queries_for_one_answer_and_for_forty() -> None:
    few, many = a_thread(), a_thread()
    an_answer(a_question(few))
    for question in (a_question(many), a_question(many, "quay", "And you?")):
        for _ in range(20):
            an_answer(question)

    asked = []
    for thread in (few, many):
        for inline in (False, True):
            with CaptureQueriesContext(connection) as captured:
                threads.page_of(thread.key, inline=inline)
            asked.append(len(captured))
    assert asked[:2] == asked[2:]


def test_the_marks_of_a_story_take_one_query_together() -> None:
    thread = a_thread()
    names = [f"question-mark:{thread.key}:{a_question(thread, 'quay', f'Question {n}?').mark}" for n in range(8)]

    with CaptureQueriesContext(connection) as captured:
        done = fragments(names)

    assert len(captured) == 1
    assert len(done) == 8


def test_every_kind_of_passage_comes_out_of_a_mould_as_out_of_the_template() -> None:
    thread = a_thread()
    an_answer(a_question(thread, "an <b>hour</b> 100%s late", "Were 'you' & %(x)s there?"))
    shown = threads.page_of(thread.key).comments[0]

    for kind in ("question", "picked", "question-gone", "quote", "quote-changed", "quote-gone"):
        comment = replace(shown, passage=replace(shown.passage, kind=kind))
        assert rendering.html(comment, is_open=True) == rendering.html_without_moulds(comment, is_open=True)
    assert rendering.moulds.given_up is False


# On its page and beside the text


def test_without_scripts_a_question_is_read_and_answered_on_its_page(browser: Browser) -> None:
    thread, reader = a_thread(), browser()
    question = a_question(thread)
    page = reader.get(f"/discussion/threads/{thread.key}/questions/{question.mark}/").content.decode()
    assert "Were you there?" in page
    assert f'name="question" value="{question.mark}"' in page

    posted = reader.post(
        f"/discussion/threads/{thread.key}/comments/", {"question": question.mark, "name": "Ines", "text": "I was."}
    )

    assert posted.status_code == 303
    assert Comment.objects.get().question == question


def test_a_refused_answer_comes_back_with_its_question(browser: Browser) -> None:
    thread = a_thread()
    question = a_question(thread)

    refused = browser().post(
        f"/discussion/threads/{thread.key}/comments/", {"question": question.mark, "name": "", "text": "I was."}
    )

    assert refused.status_code == 422
    assert f'name="question" value="{question.mark}"' in refused.content.decode()


def test_an_answer_to_a_closed_question_comes_back_as_a_comment_to_be_posted(browser: Browser) -> None:
    thread = a_thread()
    question = a_question(thread)
    asking.close(question_id=question.pk, by=a_moderator())

    refused = browser().post(
        f"/discussion/threads/{thread.key}/comments/", {"question": question.mark, "name": "Ines", "text": "I was."}
    )

    assert refused.status_code == 409
    assert refused.headers["X-Refusal"] == "discussion.question_closed"
    assert 'name="question"' not in refused.content.decode()
    assert "I was." in refused.content.decode()


def test_nothing_that_is_asked_or_answered_breaks_out_of_its_place(browser: Browser) -> None:
    thread = a_thread()
    question = a_question(thread, XSS, XSS)
    an_answer(question, text=XSS, name="Ines <b>")
    reader = browser()
    pages = [
        reader.get(f"/discussion/threads/{thread.key}/").content.decode(),
        reader.get(f"/discussion/threads/{thread.key}/questions/{question.mark}/").content.decode(),
        *(
            made.html
            for made in fragments([f"{kind}:{thread.key}:{question.mark}" for kind in ("question", "answers")]).values()
        ),
    ]

    for page in pages:
        assert "alert(1)" in page
        for payload in ("<script>alert", "<img src=x", "'\"><"):
            assert payload not in page


def test_what_is_beside_the_text_is_kept_and_renewed() -> None:
    thread = a_thread()
    name = f"{thread.key}:{a_question(thread).mark}"

    done = fragments([f"question-mark:{name}", f"answers:{name}", f"question:{name}"])

    assert {key: set(made.keys) for key, made in done.items()} == {
        f"question-mark:{name}": {f"questions:{thread.key}"},
        f"answers:{name}": {f"questions:{thread.key}", thread.change_key},
        f"question:{name}": {f"questions:{thread.key}", thread.change_key},
    }
