"""How often a page asks the database does not depend on how much there is to show."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from standfirst.delivery.store import store
from standfirst.stories.models import Story
from standfirst.testing import discussion as talk
from standfirst.testing import stories as paper

pytestmark = pytest.mark.django_db


def queries_of(client: Client, story: Story) -> int:
    client.get(f"/{story.address}/", headers={"host": "127.0.0.1"})  # what is read once in a process is read now
    store.forget_everything()
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(f"/{story.address}/", headers={"host": "127.0.0.1"})
    assert answer.status_code == 200
    return len(captured)


def test_a_story_asks_as_often_with_three_comments_as_with_three_hundred(client: Client) -> None:
    few, many = paper.published_story(), paper.published_story()
    talk.many_comments(talk.threads.thread_of(few.key), roots=1, replies=2)
    talk.many_comments(talk.threads.thread_of(many.key), roots=100, replies=2)

    assert queries_of(client, few) == queries_of(client, many)


def test_a_story_asks_as_often_however_many_pictures_stories_and_authors_it_shows(client: Client) -> None:
    def body(count: int) -> list[dict[str, object]]:
        pictures = [{"image": paper.make_picture().pk, "alt_text": "A boat", "decorative": False} for _ in range(count)]
        others = [paper.published_story().pk for _ in range(count)]
        return [
            *({"type": "picture", "value": {"picture": each, "caption": "", "width": "text"}} for each in pictures),
            *({"type": "related_story", "value": {"story": number}} for number in others),
        ]

    def story(count: int) -> Story:
        made = paper.published_story(
            body=body(count), hero=paper.make_picture(), by=paper.make_author(slug=f"a{count}")
        )
        for number in range(count - 1):
            made.bylines.create(author=paper.make_author(f"Author {count} {number}"), role="")
        return made

    assert queries_of(client, story(1)) == queries_of(client, story(4))
