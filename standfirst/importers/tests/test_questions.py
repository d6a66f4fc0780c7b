"""Questions about a passage come along from WordPress, and with them the answers where it is clear to which."""

import pytest

from standfirst.discussion import threads
from standfirst.discussion.models import Comment, Question
from standfirst.importers.tests.conftest import Import, Written
from standfirst.importers.tests.test_bodies import made
from standfirst.importers.tests.test_import_details import remark
from standfirst.stories.models import FrontPage, Story

pytestmark = pytest.mark.django_db
FORM = (
    '[wpdiscuz-feedback id="k3v9" question="Who saw the \'keeper\' &amp; when?" opened="1"]'
    "on the stair[/wpdiscuz-feedback]"
)
META = "<wp:meta_key>wpdiscuz_feedback_form_id</wp:meta_key><wp:meta_value>{}</wp:meta_value>"


def answering(number: str, form: str = "12", **fields: str) -> str:
    whole = remark(number, f"Answer {number}.", **fields)
    return whole.replace("</wp:comment>", f"<wp:commentmeta>{META.format(form)}</wp:commentmeta></wp:comment>")


@pytest.mark.parametrize(
    "content",
    [f"She stood {FORM} at dusk.", f"<!-- wp:paragraph --><p>She stood {FORM} at dusk.</p><!-- /wp:paragraph -->"],
)
def test_a_question_comes_along_and_can_be_answered(
    content: str, founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    report = bring_in(
        write(post(1, content, extra=answering("1") + remark("2", "No answer.") + answering("3", comment_parent="1")))
    )

    question = Question.objects.get()
    assert (question.passage, question.text, question.opened) == ("on the stair", "Who saw the 'keeper' & when?", True)
    assert question.answer_count == 1
    assert list(Comment.objects.filter(question=question).values_list("source_id", flat=True)) == ["1"]
    assert threads.page_of(Story.objects.get().key).inline_count == 1
    assert "wpdiscuz" not in report


def test_a_second_import_knows_the_question(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    path = write(post(1, f"She stood {FORM}.", extra=answering("1")))
    bring_in(path)
    bring_in(path)

    assert Question.objects.get().answer_count == 1


def test_answers_to_one_of_two_questions_are_comments_and_the_report_says_so(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    two = f"She stood {FORM}. {FORM.replace('k3v9', 'second').replace('stair', 'roof')}"

    report = bring_in(write(post(1, two, extra=answering("1"))))

    assert Question.objects.count() == 2
    assert Comment.objects.get().question is None
    assert "does not say which is whose" in report


@pytest.mark.parametrize(
    "form",
    [
        '[wpdiscuz-feedback id="k3v9"]on the stair[/wpdiscuz-feedback]',
        '[wpdiscuz-feedback question="Who?"]on the stair[/wpdiscuz-feedback]',
        '[wpdiscuz-feedback id="k" question=" "]on the stair[/wpdiscuz-feedback]',
    ],
)
def test_a_form_that_asks_nothing_leaves_its_passage(form: str) -> None:
    body = made(f"She stood {form}.")

    assert [block["value"] for block in body.blocks] == ["<p>She stood on the stair.</p>"]


def test_where_no_question_can_be_asked_its_passage_stays() -> None:
    body = made(f"<blockquote><p>She stood {FORM}.</p></blockquote>")

    assert [block["value"]["text"] for block in body.blocks] == ["<p>She stood on the stair.</p>"]
    assert body.notes == ["a question about a passage stands where none can be asked; its passage stays"]


def test_a_question_may_say_what_it_likes() -> None:
    body = made('It was [wpdiscuz-feedback id="x" question="<b>1 > 0</b> & \'so\'?"]late[/wpdiscuz-feedback].')

    (text,) = [block["value"] for block in body.blocks]
    assert "<b>" not in text
    assert text.count(">") == 4  # of the paragraph and the mark; none of the question's own
