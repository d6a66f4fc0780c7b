"""A disk that is full, or a database that is away, is said so; nothing is half-written, and later it works."""

import errno
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

from standfirst.discussion import threads
from standfirst.discussion.models import Comment, Revision
from standfirst.stories import publishing
from standfirst.testing import stories as paper

pytestmark = pytest.mark.django_db(transaction=True)
OURS = {"host": "127.0.0.1", "sec-fetch-site": "same-origin"}


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Let SQLite's file grow no further, as on a full disk."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite's file can be kept from growing")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        yield
        cursor.execute("PRAGMA max_page_count = 1073741823")


def test_a_comment_on_a_full_disk_is_refused_whole_and_taken_later(
    client: Client, request: pytest.FixtureRequest
) -> None:
    story = paper.published_story()
    target = f"/discussion/threads/{story.key}/comments/"
    long = {"name": "Ines", "text": "The wall needs repair. " * 400}
    request.getfixturevalue("full_disk")

    refused = client.post(target, long, headers=OURS)
    rows = Comment.objects.count(), Revision.objects.count(), threads.counts_of([story.key])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")
    taken = client.post(target, long, headers=OURS)

    assert refused.status_code == 503
    assert refused.headers["X-Refusal"] == "web.unavailable"
    assert rows == (0, 0, {story.key: 0})
    assert taken.status_code == 303
    assert threads.counts_of([story.key]) == {story.key: 1}


def test_a_file_that_does_not_fit_on_the_disk_is_said_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    story = paper.published_story()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("standfirst.web.pages.story.published", full)

    answer = client.get(f"/{story.address}/", headers={"host": "127.0.0.1"})

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert publishing.Story.objects.get().live
