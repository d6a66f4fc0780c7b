"""The newsroom's pages of questions."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from standfirst.accounts.models import Account
from standfirst.discussion.models import PickedAnswer, Question, QuestionClosing
from standfirst.testing.discussion import a_thread
from standfirst.testing.questions import a_question, an_answer

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]


@pytest.fixture
def question() -> Question:
    return a_question(a_thread())


def person(browser: Browser, group: str) -> Client:
    client = browser()
    account = Account.objects.create_user(f"of {group or 'nobody'}", password="x", is_staff=True)
    account.groups.add(Group.objects.get_or_create(name=group)[0])
    client.force_login(account)
    return client


@pytest.mark.parametrize("group", ["Moderators", "Editors", "Authors"])
def test_who_writes_and_who_moderates_sees_the_questions(group: str, browser: Browser, question: Question) -> None:
    client = person(browser, group)

    assert question.text in client.get("/desk/discussion/questions/").content.decode()
    assert client.get(f"/desk/discussion/questions/{question.pk}/").status_code == 200


def test_others_do_not(browser: Browser, question: Question) -> None:
    client = person(browser, "Treasurers")

    for path in ("", f"{question.pk}/"):
        assert client.get(f"/desk/discussion/questions/{path}").status_code in {302, 403}
    for path in ("closings", "picks"):
        assert client.post(f"/desk/discussion/questions/{question.pk}/{path}/").status_code in {302, 403}
    assert QuestionClosing.objects.count() == 0


def test_an_editor_closes_a_question_and_opens_it_again(browser: Browser, question: Question) -> None:
    client = person(browser, "Editors")
    address = f"/desk/discussion/questions/{question.pk}/"

    client.post(f"{address}closings/", {"state": "closed"})
    closed = client.get(address).content.decode()
    client.post(f"{address}closings/", {"state": "open"})

    assert "Open the question again" in closed
    assert QuestionClosing.objects.get().reopened_at is not None
    assert "Close the question" in client.get(address).content.decode()


def test_an_editor_picks_an_answer_and_takes_it_back(browser: Browser, question: Question) -> None:
    client, answer = person(browser, "Editors"), an_answer(question)
    address = f"/desk/discussion/questions/{question.pk}/"

    client.post(f"{address}picks/", {"comment": answer.pk})
    assert PickedAnswer.objects.get().comment == answer
    client.post(f"{address}picks/", {"comment": ""})
    assert PickedAnswer.objects.count() == 0


@pytest.mark.parametrize("comment", ["9999999", "x", "9" * 40])
def test_what_is_no_answer_is_not_picked(comment: str, browser: Browser, question: Question) -> None:
    client = person(browser, "Editors")

    assert client.post(f"/desk/discussion/questions/{question.pk}/picks/", {"comment": comment}).status_code == 302
    assert PickedAnswer.objects.count() == 0


def test_a_question_that_is_not_there_is_not_found(browser: Browser) -> None:
    assert person(browser, "Editors").get("/desk/discussion/questions/999/").status_code == 404


def test_many_questions_go_on_on_the_next_page(browser: Browser) -> None:
    thread = a_thread()
    for number in range(51):
        a_question(thread, "quay", f"Question number {number}?")
    client = person(browser, "Editors")

    first = client.get("/desk/discussion/questions/").content.decode()
    after = first.split("?after=")[1].split('"')[0]
    second = client.get(f"/desk/discussion/questions/?after={after}").content.decode()

    assert "Question number 0?" not in first
    assert "Question number 0?" in second
