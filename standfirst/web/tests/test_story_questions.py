"""A story's questions and its readers' quotes, from publishing to the page."""

import re
import uuid

import pytest
from django.test import Client

from standfirst.discussion import threads
from standfirst.discussion.models import Question
from standfirst.stories import publishing
from standfirst.stories.models import Story
from standfirst.stories.passages.marks import opening_tag
from standfirst.testing.questions import an_answer
from standfirst.testing.stories import draft, published_story

pytestmark = pytest.mark.django_db
MARK = str(uuid.uuid4())


def body(passage: str = "an hour late", *, opened: bool = False) -> list[dict[str, str]]:
    mark = f"{opening_tag(MARK, 'Were you there?', opened=opened)}{passage}</a>"
    return [{"type": "text", "value": f"<p>The boat came back on Monday, {mark}.</p><p>The quay was there.</p>"}]


def page(client: Client, address: str) -> str:
    answer = client.get(address, headers={"host": "127.0.0.1"})
    assert answer.status_code == 200
    return answer.content.decode()


def changed(story: Story, now: list[dict[str, str]]) -> Story:
    again = Story.objects.get(pk=story.pk)
    again.body = again._meta.get_field("body").to_python(now)
    return publishing.publish_story(story=again)


def test_publishing_asks_the_readers(client: Client) -> None:
    story = published_story(body=body())
    question = Question.objects.get()

    an_answer(question)

    shown = page(client, f"/{story.address}/")
    assert re.search(rf'id="question-{MARK}"[^>]*>an hour late<span class="question-sign"', shown)
    assert "Question by the author, 1 answer)" in shown
    assert f'href="/{story.address}/#question-{MARK}"' in shown


def test_a_draft_asks_nobody(client: Client) -> None:
    story = draft(body=body())
    story.save_revision()

    assert Question.objects.count() == 0


def test_a_draft_of_a_published_story_changes_no_question() -> None:
    story = published_story(body=body())
    again = Story.objects.get(pk=story.pk)
    again.body = []
    again.save_revision()

    assert Question.objects.get().removed_at is None


def test_an_edited_passage_is_the_same_question() -> None:
    story = published_story(body=body())

    changed(story, body("an hour and a half late"))

    assert (Question.objects.get().passage, str(Question.objects.get().mark)) == ("an hour and a half late", MARK)


def test_a_withdrawn_story_takes_its_question_along_and_brings_it_back(client: Client) -> None:
    story = published_story(body=body())
    address = f"/discussion/threads/{story.key}/questions/{MARK}/"
    an_answer(Question.objects.get())

    publishing.withdraw_story(story=story)
    assert client.get(address, headers={"host": "127.0.0.1"}).status_code == 404
    publishing.publish_story(story=Story.objects.get(pk=story.pk))

    assert "I was there" in page(client, address)


def test_a_question_that_is_open_from_the_start_can_be_answered_without_scripts(client: Client) -> None:
    story = published_story(body=body(opened=True))

    shown = page(client, f"/{story.address}/")

    beside = shown.split('<aside class="question-panel"')[1].split("</aside>")[0]
    assert "Were you there?" in beside
    assert f'name="question" value="{MARK}"' in beside


def test_the_filter_is_on_the_storys_page(client: Client) -> None:
    story = published_story(body=body())
    an_answer(Question.objects.get(), text="Only this.")

    shown = page(client, f"/{story.address}/?order=voted&show=inline")

    assert "Only this." in shown
    assert "View all comments" in shown


def test_a_sentence_of_the_story_is_quoted_and_found_again(client: Client) -> None:
    story = published_story(body=body())
    typed = {"name": "Ines", "text": "Was it?", "quote": "The quay was there."}
    client.post(f"/discussion/threads/{story.key}/comments/", typed, headers={"Sec-Fetch-Site": "same-origin"})

    changed(story, [{"type": "text", "value": "<p>Nothing of that is left.</p>"}])

    assert threads.page_of(story.key).comments[0].about == "quote-gone"


def test_the_feed_has_the_passage_without_the_question(client: Client) -> None:
    published_story(body=body())

    feed = page(client, "/feed/")

    assert "question" not in feed
