"""A preview shows how a comment would look, and keeps nothing."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from standfirst.accounts.models import Guest
from standfirst.delivery import changes
from standfirst.discussion.models import Comment, CommentPicture
from standfirst.testing.discussion import a_comment, a_thread
from standfirst.testing.pictures import a_picture

pytestmark = pytest.mark.django_db


def preview(client: Any, key: str, **typed: Any) -> Any:
    accepts = typed.pop("accepts", "text/html")
    return client.post(f"/discussion/threads/{key}/preview/", typed, headers={"accept": accepts})


def test_a_preview_shows_the_text_as_it_would_look_above_the_form_with_all_that_was_typed(browser: Any) -> None:
    thread = a_thread()
    parent = a_comment(thread)
    before = changes.head(), Guest.objects.count(), Comment.objects.count()

    answer = preview(browser(), thread.key, text="Well *said*", name="Ines", parent=str(parent.pk))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<div class="comment-body" dir="auto"><p>Well <em>said</em></p></div>' in page
    assert ">Well *said*</textarea>" in page
    assert 'value="Ines"' in page
    assert f'name="parent" value="{parent.pk}"' in page
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert (changes.head(), Guest.objects.count(), Comment.objects.count()) == before


def test_a_script_gets_the_preview_alone(browser: Any) -> None:
    answer = preview(browser(), a_thread().key, text="> *so*", accepts="application/json")

    assert answer.json() == {"html": "<blockquote>\n<p><em>so</em></p>\n</blockquote>"}


@pytest.mark.parametrize("accepts", ["text/html", "application/json"])
@pytest.mark.parametrize(
    ("text", "code"), [("  \n", "discussion.text_missing"), ("x" * 10_001, "discussion.text_too_long")]
)
def test_a_text_that_could_not_be_posted_is_not_previewed(browser: Any, accepts: str, text: str, code: str) -> None:
    answer = preview(browser(), a_thread().key, text=text, accepts=accepts)

    assert (answer.status_code, answer.headers["X-Refusal"]) == (422, code)


def test_pictures_chosen_before_a_preview_need_not_be_chosen_again(browser: Any) -> None:
    file = a_picture()
    thread = a_thread()
    upload = {"picture-file-2": _file(file), "picture-alt-2": "A wall"}

    answer = preview(browser(), thread.key, text="See", name="Ines", **upload)

    pending = CommentPicture.objects.get()
    assert pending.comment_id is None
    assert f'value="{pending.name}"' in answer.content.decode()
    assert 'value="A wall"' in answer.content.decode()


def _file(data: bytes) -> Any:
    return SimpleUploadedFile("a.jpg", data, "image/jpeg")


def test_a_preview_of_nothing_to_talk_about_is_not_there(browser: Any) -> None:
    assert preview(browser(), "nowhere", text="x").status_code == 404


def test_a_parent_that_is_no_number_is_refused_and_the_text_is_kept(browser: Any) -> None:
    answer = preview(browser(), a_thread().key, text="My long text", parent="1 or 1=1")

    assert answer.headers["X-Refusal"] == "discussion.parent_not_here"
    assert "My long text</textarea>" in answer.content.decode()


def test_other_sites_get_no_preview(browser: Any) -> None:
    answer = browser(**{"Sec-Fetch-Site": "cross-site"}).post(
        f"/discussion/threads/{a_thread().key}/preview/", {"text": "x"}
    )

    assert answer.headers["X-Refusal"] == "web.foreign_write"
